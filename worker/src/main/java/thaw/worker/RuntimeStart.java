package thaw.worker;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import thaw.agent.AgentStream;
import thaw.agent.RuntimeProcess;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.sandbox.Sandbox;

/** The ways in which a runtime begins to run for a function, in a guest that was prepared. */
final class RuntimeStart {
  private static final long CARRIED_MILLIS = 10_000;

  private RuntimeStart() {}

  /** Its process is started. */
  static void exec(Sandbox sandbox, RuntimeProcess process) throws IOException {
    sandbox.agent().startRuntime(process);
  }

  /**
   * A process that was frozen before it knew its function is told, and runs on: INIT begins.
   *
   * @param life heard the guest's events from the first on
   */
  static void become(Sandbox sandbox, RuntimeLife life, RuntimeProcess process)
      throws IOException, InterruptedException {
    goOn(sandbox, life, process, process.environment());
  }

  /**
   * A process that was frozen before it knew its function compiles a function's code, runs none of
   * it, and waits to be told its function again.
   */
  static void loadAhead(Sandbox sandbox, RuntimeLife life, RuntimeProcess process, String handler)
      throws IOException, InterruptedException {
    byte[] answer = RuntimeEnvironment.loadAnswer(handler);
    goOn(sandbox, life, process, waiting -> life.api().serveRestored(waiting, answer));
  }

  /** A process that was frozen after INIT is given what differs from clone to clone. */
  static void restore(Sandbox sandbox, RuntimeLife life, RuntimeProcess process)
      throws IOException, InterruptedException {
    goOn(sandbox, life, process, RuntimeEnvironment.ofClone(process.environment()));
  }

  /** A process that was frozen waiting for its first invocation waits on. */
  static void restoreWaiting(Sandbox sandbox, RuntimeLife life, RuntimeProcess process)
      throws IOException, InterruptedException {
    goOn(sandbox, life, process, life.api()::serveWaiting);
  }

  private static void goOn(
      Sandbox sandbox, RuntimeLife life, RuntimeProcess process, Map<String, String> variables)
      throws IOException, InterruptedException {
    goOn(
        sandbox,
        life,
        process,
        waiting -> life.api().serveRestored(waiting, RuntimeEnvironment.restoreAnswer(variables)));
  }

  private static void goOn(
      Sandbox sandbox, RuntimeLife life, RuntimeProcess process, Consumer<AgentStream> serve)
      throws IOException, InterruptedException {
    try {
      serve.accept(life.awaitCarried(CARRIED_MILLIS));
    } catch (TimeoutException e) {
      throw new IOException("the frozen runtime has no connection to the Runtime API", e);
    }
    sandbox.agent().thaw(process.memoryMaxBytes(), process.processesMax());
  }
}
