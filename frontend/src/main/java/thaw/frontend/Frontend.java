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
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import thaw.configuration.ConfigurationService;
import thaw.model.SandboxCredentials;

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
   * Starts to listen for clients.
   *
   * @throws java.io.UncheckedIOException if it cannot be bound, for example because it is taken
   */
  public static Frontend start(FrontendSettings settings, Backend backend) {
    return start(
        settings,
        ListenAddress.parse(settings.listen()),
        parts -> clientApi(settings, backend, parts));
  }

  /**
   * Starts to listen for functions, on a free port of the loopback: the data endpoint
   * (docs/data-endpoint.md).
   *
   * @param callers the credentials of the sandbox that a connection from a local port belongs to
   */
  public static Frontend startForSandboxes(
      FrontendSettings settings,
      Backend backend,
      IntFunction<Optional<SandboxCredentials>> callers) {
    return start(
        settings,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        parts ->
            new DataApi(
                callers,
                backend.region(),
                invocations(backend, parts),
                parts.answers(),
                InstantSource.system()));
  }

  /** What both APIs are made of. */
  private record Shared(Patience patience, Bodies bodies, Answers answers, BodyBudget budget) {}

  private static Frontend start(
      FrontendSettings settings, InetSocketAddress listen, Function<Shared, Api> api) {
    var patience = new Patience(settings.idleTimeout(), settings.bodyTimeout());
    var shared =
        new Shared(
            patience,
            new Bodies(patience),
            new Answers(patience),
            new BodyBudget(settings.bodyMemory().bytes()));
    var handler =
        new RequestHandler(
            api.apply(shared), shared.bodies(), shared.answers(), settings.idleTimeout());
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

  private static Invocations invocations(Backend backend, Shared shared) {
    return new Invocations(
        new Names(backend.accountId(), backend.region()),
        backend.functions()::resolve,
        backend.invoker(),
        shared.bodies(),
        shared.budget(),
        shared.answers());
  }

  private static Api clientApi(FrontendSettings settings, Backend backend, Shared shared) {
    var names = new Names(backend.accountId(), backend.region());
    var bodies = shared.bodies();
    var answers = shared.answers();
    var budget = shared.budget();
    var links = new CodeLinks(settings.codeLinkValidity(), InstantSource.system());
    var functions = new FunctionApi(backend.functions(), names, bodies, budget, links, answers);
    var layers = new LayerApi(backend.functions().layers(), names, bodies, budget, links, answers);
    var tags = new TagApi(backend.functions(), names, bodies, budget, answers);
    var account =
        new AccountApi(
            backend.functions(), backend.accountId(), settings.maxConcurrentRequests(), answers);
    var pages =
        new ThawPages(
            backend.version(), backend.worker(), links, backend.zips(), shared.patience(), answers);
    return new ClientApi(invocations(backend, shared), functions, layers, tags, account, pages);
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

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** Accepts nothing more, waits for requests in progress as set, and cuts what is left. */
  @Override
  public void close() {
    server.stop();
    patience.close();
  }
}
