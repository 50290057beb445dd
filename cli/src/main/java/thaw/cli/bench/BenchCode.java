package thaw.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import thaw.cli.UserError;

/** The code that is measured, in every language there is: its handler returns the event. */
final class BenchCode {
  private static final String JAVA =
      """
      import java.util.Map;

      public class app {
        public Map<String, Object> handler(Map<String, Object> event) {
          return event;
        }
      }
      """;

  private BenchCode() {}

  static byte[] zip(String runtime) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      if (runtime.startsWith("python")) {
        add(zip, "app.py", "def handler(event, context):\n    return event\n");
      } else if (runtime.startsWith("nodejs")) {
        add(zip, "app.js", "exports.handler = async (event) => event;\n");
      } else if (runtime.startsWith("ruby")) {
        add(zip, "app.rb", "def handler(event:, context:)\n  event\nend\n");
      } else if (runtime.startsWith("java")) {
        add(zip, "app.class", compiled(JAVA));
      } else {
        throw new UserError(
            "there is no function for " + runtime + " here",
            "Use a python, nodejs, ruby or java runtime.");
      }
    }
    return bytes.toByteArray();
  }

  /** The handler's name, as its runtime wants it. */
  static String handler(String runtime) {
    return runtime.startsWith("java") ? "app::handler" : "app.handler";
  }

  /** The class {@code app}: Thaw runs on a JDK, which has a compiler. */
  private static byte[] compiled(String source) throws IOException {
    Path directory = Files.createTempDirectory("thaw-bench");
    Path file = Files.writeString(directory.resolve("app.java"), source);
    Path compiled = directory.resolve("app.class");
    try {
      int failed =
          ToolProvider.getSystemJavaCompiler()
              .run(
                  null, null, null, "--release", "21", "-d", directory.toString(), file.toString());
      if (failed != 0) {
        throw new UserError(
            "the function for java cannot be compiled", "Run Thaw with a whole JDK 25.");
      }
      return Files.readAllBytes(compiled);
    } finally {
      Files.deleteIfExists(compiled);
      Files.delete(file);
      Files.delete(directory);
    }
  }

  private static void add(ZipOutputStream zip, String name, String source) throws IOException {
    add(zip, name, source.getBytes(StandardCharsets.UTF_8));
  }

  private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
    zip.write(content);
  }
}
