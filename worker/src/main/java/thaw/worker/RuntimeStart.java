package thaw.worker;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import thaw.agent.AgentConnection;
import thaw.agent.AgentStream;
import thaw.agent.RuntimeProcess;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.runtimeapi.RuntimeOutcome;
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

  /**
   * A process that was frozen before it knew its function starts one of Thaw's own, and waits to be
   * told its function again.
   */
  static void rehearse(AgentConnection agent, RuntimeLife life, Duration timeout)
      throws IOException, InterruptedException {
    byte[] answer = RuntimeEnvironment.rehearsalAnswer();
    goOn(
        agent,
        life,
        LayerMaker.EXERCISE_MEMORY_BYTES,
        RuntimeProcesses.PROCESSES,
        waiting -> life.api().serveRestored(waiting, answer));
    LayerMaker.invoke(life, 1, LayerMaker.EXERCISE_EVENT);
    LayerMaker.require(life.api().awaitRestorable(timeout), RuntimeOutcome.Restorable.class);
    life.rehearsed();
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
    byte[] answer = RuntimeEnvironment.restoreAnswer(variables);
    if (life.hasRehearsed()) {
      sandbox.agent().setLimits(process.memoryMaxBytes(), process.processesMax());
      life.api().restore(answer);
    } else {
      goOn(sandbox, life, process, waiting -> life.api().serveRestored(waiting, answer));
    }
  }

  private static void goOn(
      Sandbox sandbox, RuntimeLife life, RuntimeProcess process, Consumer<AgentStream> serve)
      throws IOException, InterruptedException {
    goOn(sandbox.agent(), life, process.memoryMaxBytes(), process.processesMax(), serve);
  }

  private static void goOn(
      AgentConnection agent,
      RuntimeLife life,
      long memoryMaxBytes,
      int processesMax,
      Consumer<AgentStream> serve)
      throws IOException, InterruptedException {
    try {
      serve.accept(life.awaitCarried(CARRIED_MILLIS));
    } catch (TimeoutException e) {
      throw new IOException("the frozen runtime has no connection to the Runtime API", e);
    }
    agent.thaw(memoryMaxBytes, processesMax);
  }
}
