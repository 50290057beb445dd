package thaw.jail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Compiles the C programs that tests use. */
public final class TestProgram {
  private TestProgram() {}

  /**
   * Compiles a program.
   *
   * @param beside a class of the package whose tests have the source
   */
  public static Path compile(Class<?> beside, String name, Path directory) throws IOException {
    Path program = directory.resolve(name);
    Path source = directory.resolve(name + ".c");
    try (InputStream in = beside.getResourceAsStream(name + ".c")) {
      Files.write(source, Objects.requireNonNull(in).readAllBytes());
    }
    Command.run(
        Duration.ofMinutes(1),
        List.of(
            "musl-gcc", "-D_GNU_SOURCE", "-static", "-o", program.toString(), source.toString()));
    return program;
  }
}
