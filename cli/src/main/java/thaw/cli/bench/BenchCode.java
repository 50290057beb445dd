package thaw.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import thaw.cli.UserError;

/** The code that is measured, in every language there is: its handler returns the event. */
final class BenchCode {
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
      } else {
        throw new UserError(
            "there is no function for " + runtime + " here",
            "Use a python, nodejs or ruby runtime.");
      }
    }
    return bytes.toByteArray();
  }

  private static void add(ZipOutputStream zip, String name, String source) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
    zip.write(source.getBytes(StandardCharsets.UTF_8));
  }
}
