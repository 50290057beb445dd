package thaw.agent;

import java.util.List;
import java.util.Map;

/**
 * The process that the agent starts for a function.
 *
 * @param command program and arguments; a program without a slash is looked up along PATH, as
 *     container images name them
 * @param environment all of its environment
 * @param workingDirectory absolute path in the guest
 * @param memoryMaxBytes memory.max of its cgroup
 * @param processesMax pids.max of its cgroup (AWS: 1,024 processes and threads)
 */
public record RuntimeProcess(
    List<String> command,
    Map<String, String> environment,
    String workingDirectory,
    long memoryMaxBytes,
    int processesMax) {
  public RuntimeProcess {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** The same with another environment. */
  public RuntimeProcess withEnvironment(Map<String, String> other) {
    return new RuntimeProcess(command, other, workingDirectory, memoryMaxBytes, processesMax);
  }
}
