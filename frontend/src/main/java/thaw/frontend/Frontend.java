package thaw.frontend;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Supplier;
import thaw.configuration.ConfigurationService;

/**
 * The AWS Lambda HTTP API on this machine's loopback: one virtual thread per connection, plain
 * blocking code. What it offers is told in docs/api.md.
 */
public final class Frontend implements AutoCloseable {
  /**
   * What the frontend stands in front of.
   *
   * @param version Thaw's own
   * @param accountId the one account served
   * @param region the one region served
   * @param functions the configuration service
   * @param zips where the package with a hash is
   * @param invoker carries invocations out
   * @param worker what the worker holds at this moment; its status goes into the page as JSON
   */
  public record Backend(
      String version,
      String accountId,
      String region,
      ConfigurationService functions,
      Function<String, Path> zips,
      Invoker invoker,
      Supplier<? extends Record> worker) {}

  /** Largest body that is drained after it was refused, so that the client sees the refusal. */
  private static final long DRAINED_BYTES = 1L << 30;

  private final WebServer server;
  private final InetAddress address;
  private final Patience patience;

  private Frontend(WebServer server, InetAddress address, Patience patience) {
    this.server = server;
    this.address = address;
    this.patience = patience;
  }

  /**
   * Starts to listen.
   *
   * @throws java.io.UncheckedIOException if it cannot be bound, for example because it is taken
   */
  public static Frontend start(FrontendSettings settings, Backend backend) {
    InetSocketAddress listen = ListenAddress.parse(settings.listen());
    var patience = new Patience(settings.idleTimeout(), settings.bodyTimeout());
    ApiHandler handler = handler(settings, backend, patience);
    var http1 =
        Http1Config.builder()
            .maxHeadersSize((int) settings.maxHeaders().bytes())
            .maxPrologueLength((int) settings.maxHeaders().bytes())
            .addReceiveListener(new HeadListener(patience))
            .build();
    WebServer server =
        WebServer.builder()
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .bindAddress(listen)
            .addConnectionSelector(Http1ConnectionSelector.builder().config(http1).build())
            .maxTcpConnections(settings.maxConnections())
            .maxConcurrentRequests(settings.maxConcurrentRequests())
            .maxPayloadSize(DRAINED_BYTES)
            .idleConnectionTimeout(settings.idleTimeout())
            .idleConnectionPeriod(settings.idleTimeout().dividedBy(2))
            .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
            .shutdownGracePeriod(settings.shutdownGrace())
            .errorHandling(ErrorHandling.builder().includeEntity(true).build())
            .directHandlers(DirectAnswers.handlers())
            .routing(HttpRouting.builder().any(handler))
            .build();
    server.start();
    return new Frontend(server, listen.getAddress(), patience);
  }

  private static ApiHandler handler(FrontendSettings settings, Backend backend, Patience patience) {
    var names = new Names(backend.accountId(), backend.region());
    var bodies = new Bodies(patience);
    var answers = new Answers(patience);
    var budget = new BodyBudget(settings.bodyMemory().bytes());
    var links = new CodeLinks(settings.codeLinkValidity(), InstantSource.system());
    var invocations =
        new Invocations(
            names, backend.functions()::resolve, backend.invoker(), bodies, budget, answers);
    var functions = new FunctionApi(backend.functions(), names, bodies, budget, links, answers);
    var layers = new LayerApi(backend.functions().layers(), names, bodies, budget, links, answers);
    var tags = new TagApi(backend.functions(), names, bodies, budget, answers);
    var account =
        new AccountApi(
            backend.functions(), backend.accountId(), settings.maxConcurrentRequests(), answers);
    var pages =
        new ThawPages(
            backend.version(), backend.worker(), links, backend.zips(), patience, answers);
    return new ApiHandler(invocations, functions, layers, tags, account, pages, bodies, answers);
  }

  /** Where it listens, for example {@code http://127.0.0.1:9000}. */
  public URI endpoint() {
    String host = address.getHostAddress();
    return URI.create(
        "http://"
            + (address instanceof Inet6Address ? "[" + host + "]" : host)
            + ":"
            + server.port());
  }

  /** Accepts nothing more, waits for requests in progress as set, and cuts what is left. */
  @Override
  public void close() {
    server.stop();
    patience.close();
  }
}
