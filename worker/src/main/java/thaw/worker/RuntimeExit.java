package thaw.worker;

import java.util.Optional;
import thaw.agent.ExitStatus;
import thaw.model.FunctionVersion;
import thaw.runtimeapi.RuntimeCommand;

/**
 * How a runtime's process ended, in AWS's words.
 *
 * @param errorType for example {@code Runtime.ExitError}
 * @param reason follows {@code Error: } in the message
 */
record RuntimeExit(String errorType, String reason) {
  /** Its sandbox is gone with it: nothing more is known. */
  static final RuntimeExit UNEXPLAINED =
      new RuntimeExit("Runtime.ExitError", "Runtime exited without providing a reason");

  static RuntimeExit of(FunctionVersion function, Optional<ExitStatus> status) {
    return status.map(exit -> of(function, exit)).orElse(UNEXPLAINED);
  }

  private static RuntimeExit of(FunctionVersion function, ExitStatus exit) {
    if (exit.outOfMemory()) {
      return new RuntimeExit("Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
    }
    if (exit.signal() > 0) {
      return error("signal: " + Signals.name(exit.signal()));
    }
    if (exit.code() == 0) {
      return UNEXPLAINED;
    }
    boolean provided = function.runtime().startsWith("provided");
    if (provided && exit.code() == RuntimeCommand.NO_BOOTSTRAP_EXIT_CODE) {
      return new RuntimeExit(
          "Runtime.InvalidEntrypoint",
          "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
    }
    return error("exit status " + exit.code());
  }

  private static RuntimeExit error(String how) {
    return new RuntimeExit("Runtime.ExitError", "Runtime exited with error: " + how);
  }
}
