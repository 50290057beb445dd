package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import thaw.agent.AgentConnection;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;
import thaw.model.Invocation;
import thaw.runtimeapi.RuntimeApi;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.runtimeapi.RuntimeOutcome;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxSpec;
import thaw.sandbox.Standby;
import tools.jackson.databind.json.JsonMapper;

/** A sandbox with a language runtime in it, and its Runtime API. */
final class RuntimeGuest implements AutoCloseable {
  static final Duration PLENTY = Duration.ofMinutes(2);

  final RuntimeApi api = new RuntimeApi();
  final Sandbox sandbox;
  final SandboxSpec spec;
  private final long memoryBytes;
  private final CompletableFuture<AgentStream> carried = new CompletableFuture<>();
  private final Queue<String> output = new ConcurrentLinkedQueue<>();

  RuntimeGuest(SandboxDriver driver, SandboxSpec spec) throws IOException {
    this.spec = spec;
    memoryBytes = (long) spec.memorySizeMb() << 20;
    sandbox = driver.start(spec, new Events());
  }

  /**
   * One that stood by, and had rehearsed a start.
   *
   * @param waiting run while it stands by
   */
  RuntimeGuest(SandboxDriver driver, SandboxSpec spec, Runnable waiting) throws Exception {
    this.spec = spec;
    memoryBytes = (long) spec.memorySizeMb() << 20;
    SandboxSpec unknown = spec.withDisks(Optional.empty(), Optional.empty());
    Standby standby = driver.standBy(unknown, new Events()).orElseThrow();
    AgentStream connection = carried.get(PLENTY.toSeconds(), TimeUnit.SECONDS);
    api.serveRestored(connection, RuntimeEnvironment.rehearsalAnswer());
    standby.agent().thaw(memoryBytes, 256);
    assertThat(outcome("{}")).as(output.toString()).isInstanceOf(RuntimeOutcome.Responded.class);
    assertThat(api.awaitRestorable(PLENTY)).isEqualTo(new RuntimeOutcome.Restorable());
    standby.pause();
    waiting.run();
    sandbox = standby.assign(spec);
  }

  /** What a worker does with a guest that stood by. */
  void goOn(String handler) throws Exception {
    sandbox.agent().setLimits(memoryBytes, 256);
    api.restore(environment(handler, "on-demand").getBytes(StandardCharsets.UTF_8));
    assertThat(api.awaitInit(PLENTY)).as(output.toString()).isEqualTo(new RuntimeOutcome.Ready());
  }

  /** What a worker does with a template: INIT of a function is done when it returns. */
  void become(String handler) throws Exception {
    restore(environment(handler, "on-demand"));
    assertThat(api.awaitInit(PLENTY)).as(output.toString()).isEqualTo(new RuntimeOutcome.Ready());
  }

  /** The same, but the function is then to be captured. */
  void becomeRestorable(String handler) throws Exception {
    restore(environment(handler, "snap-start"));
    assertThat(api.awaitRestorable(PLENTY))
        .as(output.toString())
        .isEqualTo(new RuntimeOutcome.Restorable());
  }

  static String environment(String handler, String initialization) {
    Map<String, String> variables =
        Map.of(
            "_HANDLER",
            handler,
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            initialization,
            "AWS_LAMBDA_RUNTIME_API",
            RuntimeApi.ADDRESS,
            "TZ",
            ":UTC",
            "LAMBDA_TASK_ROOT",
            "/var/task");
    return JsonMapper.shared().writeValueAsString(Map.of("environment", variables));
  }

  /**
   * Lets the runtime go on, which asked restore/next before it was frozen.
   *
   * @param body the answer
   */
  void restore(String body) throws Exception {
    AgentStream connection = carried.get(PLENTY.toSeconds(), TimeUnit.SECONDS);
    api.serveRestored(connection, body.getBytes(StandardCharsets.UTF_8));
    sandbox.agent().thaw(memoryBytes, 256);
  }

  String invoke(String payload) throws InterruptedException {
    RuntimeOutcome outcome = outcome(payload);
    assertThat(outcome).as(output.toString()).isInstanceOf(RuntimeOutcome.Responded.class);
    return text((RuntimeOutcome.Responded) outcome);
  }

  /** The answer, if there is one: the guest may die. */
  Optional<String> tryInvoke(String payload) {
    try {
      return outcome(payload) instanceof RuntimeOutcome.Responded responded
          ? Optional.of(text(responded))
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private RuntimeOutcome outcome(String payload) throws InterruptedException {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    return api.invoke(new Invocation("id", bytes, Optional.empty(), "", "arn"), PLENTY);
  }

  private static String text(RuntimeOutcome.Responded responded) {
    return new String(responded.payload(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    api.close();
    sandbox.close();
  }

  private final class Events implements AgentConnection.Listener {
    @Override
    public void connectionOpened(AgentStream stream) {
      if (stream.carried()) {
        carried.complete(stream);
      } else {
        api.serve(stream);
      }
    }

    @Override
    public void outputOpened(AgentStream stream) {
      Thread.ofVirtual().start(() -> read(stream));
    }

    private void read(AgentStream stream) {
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      try {
        while (stream.read(buffer.clear()) >= 0) {
          output.add(StandardCharsets.UTF_8.decode(buffer.flip()).toString());
        }
      } catch (IOException e) {
        output.add(e.toString());
      } finally {
        stream.close();
      }
    }

    @Override
    public void runtimeExited(ExitStatus status) {
      api.runtimeExited();
    }

    @Override
    public void closed(String reason) {
      carried.completeExceptionally(new IOException(reason));
      api.close();
    }
  }
}
