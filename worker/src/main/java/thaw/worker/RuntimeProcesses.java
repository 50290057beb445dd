package thaw.worker;

import thaw.agent.RuntimeProcess;
import thaw.model.FunctionImage;
import thaw.model.FunctionVersion;
import thaw.runtimeapi.RuntimeCommand;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.runtimeapi.RuntimeLogging;

/** What is to be run in a function's sandbox. */
@FunctionalInterface
public interface RuntimeProcesses {
  /** AWS's quota of processes and threads of a function. */
  int PROCESSES = 1024;

  /**
   * Program, environment and limits of the function's runtime.
   *
   * @param logStream name of the sandbox's log stream
   */
  RuntimeProcess of(FunctionVersion function, String logStream);

  /** The runtimes of Thaw's guest images, with MemorySize as their limit. */
  static RuntimeProcesses ofGuestImages() {
    return (function, logStream) ->
        new RuntimeProcess(
            function
                .image()
                .map(FunctionImage::command)
                .orElseGet(() -> RuntimeCommand.of(function)),
            RuntimeEnvironment.of(function, logStream, RuntimeLogging.of(function)),
            function.image().map(FunctionImage::workingDirectory).orElse(RuntimeCommand.TASK_ROOT),
            (long) function.memorySizeMb() << 20,
            PROCESSES);
  }
}
