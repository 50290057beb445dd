package thaw.runtimeapi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts ruby functions with this machine's ruby and the runtime image's own bootstrap. */
final class RubyFunctions {
  private static final Path RUNTIME =
      Path.of("../guest/src/main/resources/thaw/guest/runtimes/ruby3.3/files/var/runtime")
          .toAbsolutePath()
          .normalize();

  private RubyFunctions() {}

  static FunctionProcess start(Path taskRoot, String handler, Map<String, String> variables) {
    List<String> command = List.of("/usr/bin/ruby", RUNTIME.resolve("bootstrap.rb").toString());
    Map<String, String> paths =
        Map.of("RUBYLIB", taskRoot + ":" + RUNTIME.resolve("lib"), "LC_ALL", "C.UTF-8");
    Map<String, String> all = new java.util.HashMap<>(paths);
    all.putAll(variables);
    return new FunctionProcess(command, "ruby3.3", taskRoot, handler, all);
  }

  /** Writes {@code source} as app.rb and starts its method {@code handler}. */
  static FunctionProcess of(Path taskRoot, String source) {
    return of(taskRoot, source, Map.of());
  }

  static FunctionProcess of(Path taskRoot, String source, Map<String, String> variables) {
    FunctionProcess.write(taskRoot, "app.rb", source);
    return start(taskRoot, "app.handler", variables);
  }
}
