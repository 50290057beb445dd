package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import thaw.javaruntime.Launcher;

/**
 * Compiles java functions and starts them with this JDK, by the runtime image's own bootstrap and
 * with its own jars.
 */
final class JavaFunctions {
  private static final Path BOOTSTRAP =
      Path.of("../guest/src/main/resources/thaw/guest/runtimes/java/files/var/runtime/bootstrap");

  private JavaFunctions() {}

  /** Compiles {@code source} as class App and starts its method {@code handle}. */
  static FunctionProcess of(Path taskRoot, String source) {
    return of(taskRoot, source, Map.of());
  }

  static FunctionProcess of(Path taskRoot, String source, Map<String, String> variables) {
    compile(taskRoot, source);
    return start(taskRoot, "App::handle", variables);
  }

  static FunctionProcess start(Path taskRoot, String handler, Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(Map.of("LC_ALL", "C.UTF-8"));
    all.putAll(variables);
    List<String> command =
        List.of(
            "/bin/bash", bootstrap(taskRoot).toString(), "--sun-misc-unsafe-memory-access=allow");
    return new FunctionProcess(command, "java25", taskRoot, handler, all);
  }

  /**
   * The launcher's classes and the jars beside them; a jar of all that was made of this directory.
   */
  private static Path libraries() {
    try {
      Path source =
          Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Files.isDirectory(source) ? source : source.resolveSibling("classes");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The guest's bootstrap with this machine's paths. */
  private static Path bootstrap(Path taskRoot) {
    try {
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      String script =
          Files.readString(BOOTSTRAP)
              .replace("/var/lang/bin/java", java.toString())
              .replace("/var/runtime/lib", libraries().toString())
              .replace("/var/task", taskRoot.toRealPath().toString());
      return Files.writeString(Files.createTempFile(taskRoot, "bootstrap", ""), script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void compile(Path into, String source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> jars = new ArrayList<>();
    try (Stream<Path> list = Files.list(libraries())) {
      list.filter(path -> path.toString().endsWith(".jar"))
          .forEach(path -> jars.add(path.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    StringWriter complaints = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                complaints,
                null,
                null,
                List.of("-d", into.toString(), "-cp", String.join(":", jars), "--release", "21"),
                null,
                List.of(new SourceFile(source)))
            .call();
    assertThat(compiled).as(complaints.toString()).isTrue();
  }

  private static final class SourceFile extends SimpleJavaFileObject {
    private final String source;

    SourceFile(String source) {
      super(URI.create("string:///App.java"), Kind.SOURCE);
      this.source = source;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }
  }
}
