package thaw.microvm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Compiles the C programs that tests use. */
final class TestProgram {
  private static final Path SOURCES = Path.of("src/test/c");

  private TestProgram() {}

  static Path compile(String name, Path directory) throws IOException {
    Path program = directory.resolve(name);
    Command.run(
        Duration.ofMinutes(1),
        List.of(
            "musl-gcc",
            "-D_GNU_SOURCE",
            "-static",
            "-o",
            program.toString(),
            SOURCES.resolve(name + ".c").toString()));
    return program;
  }
}
