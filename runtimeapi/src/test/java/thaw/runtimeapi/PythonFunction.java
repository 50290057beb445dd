package thaw.runtimeapi;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A python function in a real process that runs the runtime image's own bootstrap. */
final class PythonFunction extends FunctionProcess {
  private static final Path PYTHON_3_13 = Path.of("/usr/bin/python3.13");
  private static final Path PYTHON =
      Files.exists(PYTHON_3_13) ? PYTHON_3_13 : Path.of("/usr/bin/python3");

  /**
   * @param taskRoot the function's code
   * @param variables environment, over what every function has
   */
  PythonFunction(Path taskRoot, String handler, Map<String, String> variables) {
    super(command(), "python3.13", taskRoot, handler, withoutByteCode(variables));
  }

  /** Writes {@code source} as app.py and starts its function {@code handler}. */
  static PythonFunction of(Path taskRoot, String source) {
    write(taskRoot, "app.py", source);
    return new PythonFunction(taskRoot, "app.handler", Map.of());
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>(RuntimeCommand.of("python3.13").command());
    command.set(0, PYTHON.toString());
    command.set(command.size() - 1, RuntimeSources.python().resolve("bootstrap").toString());
    return command;
  }

  private static Map<String, String> withoutByteCode(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("PYTHONDONTWRITEBYTECODE", "1");
    return all;
  }
}
