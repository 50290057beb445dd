package thaw.worker;

import java.nio.charset.StandardCharsets;
import thaw.agent.AgentCallException;
import thaw.agent.RuntimeProcess;
import thaw.runtimeapi.RuntimeOutcome;

/** Why the program that a container image names could not be started, in AWS's words. */
final class StartFailure {
  private static final int NO_SUCH_FILE = 2;
  private static final int NOT_EXECUTABLE = 8;
  private static final int PERMISSION_DENIED = 13;

  private StartFailure() {}

  static RuntimeOutcome of(RuntimeProcess process, AgentCallException failure) {
    boolean directory =
        String.valueOf(failure.getMessage()).contains(": " + process.workingDirectory() + ": ");
    String what =
        directory
            ? "chdir " + process.workingDirectory()
            : "fork/exec " + process.command().getFirst();
    String type = directory ? "Runtime.InvalidWorkingDir" : "Runtime.InvalidEntrypoint";
    String json =
        "{\"errorType\":\"%s\",\"errorMessage\":\"Error: %s: %s\"}"
            .formatted(type, what.replaceAll("[\"\\\\\\p{Cntrl}]", "?"), why(failure.errno()));
    return new RuntimeOutcome.Failed(type, json.getBytes(StandardCharsets.UTF_8));
  }

  private static String why(int errno) {
    return switch (errno) {
      case NO_SUCH_FILE -> "no such file or directory";
      case NOT_EXECUTABLE -> "exec format error";
      case PERMISSION_DENIED -> "permission denied";
      default -> "errno " + errno;
    };
  }
}
