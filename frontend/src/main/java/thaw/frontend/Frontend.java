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
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Supplier;
import thaw.configuration.ConfigurationService;
import thaw.worker.WorkerStatus;

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
   * @param worker tells what the worker holds
   */
  public record Backend(
      String version,
      String accountId,
      String region,
      ConfigurationService functions,
      Function<String, Path> zips,
      Invoker invoker,
      Supplier<WorkerStatus> worker) {}

  /** Largest body that is drained after it was refused, so that the client sees the refusal. */
  private static final long DRAINED_BYTES = 1L << 30;

  private static final Duration GRACE = Duration.ofSeconds(2);

  private final WebServer server;
  private final InetAddress address;

  private Frontend(WebServer server, InetAddress address) {
    this.server = server;
    this.address = address;
  }

  /**
   * Starts to listen.
   *
   * @throws IllegalArgumentException if the address is not a loopback one
   * @throws java.io.UncheckedIOException if it cannot be bound, for example because it is taken
   */
  public static Frontend start(FrontendSettings settings, Backend backend) {
    InetSocketAddress listen = ListenAddress.parse(settings.listen());
    ApiHandler handler = handler(settings, backend);
    var http1 =
        Http1Config.builder()
            .maxHeadersSize((int) settings.maxHeaders().bytes())
            .maxPrologueLength((int) settings.maxHeaders().bytes())
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
            // Plain sockets: their reads obey the time-out, a channel's do not.
            .useNio(false)
            .connectionOptions(
                SocketOptions.builder()
                    .readTimeout(settings.idleTimeout())
                    .tcpNoDelay(true)
                    .build())
            .shutdownGracePeriod(GRACE)
            .errorHandling(ErrorHandling.builder().includeEntity(true).build())
            .directHandlers(DirectAnswers.handlers())
            .routing(HttpRouting.builder().any(handler))
            .build();
    server.start();
    return new Frontend(server, listen.getAddress());
  }

  private static ApiHandler handler(FrontendSettings settings, Backend backend) {
    var names = new Names(backend.accountId(), backend.region());
    var bodies = new Bodies(settings.bodyTimeout());
    var budget = new BodyBudget(settings.bodyMemory().bytes());
    var links = new CodeLinks(settings.codeLinkValidity(), InstantSource.system());
    var invocations =
        new Invocations(names, backend.functions()::resolve, backend.invoker(), bodies, budget);
    var functions = new FunctionApi(backend.functions(), names, bodies, budget, links);
    var pages = new ThawPages(backend.version(), backend.worker(), links, backend.zips());
    return new ApiHandler(invocations, functions, pages);
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

  /** Accepts nothing more, waits a moment for requests in progress, and cuts what is left. */
  @Override
  public void close() {
    server.stop();
  }
}
