package thaw.cli.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import thaw.cli.UserError;

/** Compiles small programs in C that are images' entry points. They include {@code runtime.h}. */
public final class RuntimeProgram {
  private static final String CLIENT = "runtime.h";

  private RuntimeProgram() {}

  /**
   * Compiles one.
   *
   * @param directory for what is in between; nothing is left there
   * @param source of the program
   * @return the program, which needs no library
   */
  public static byte[] compile(Path directory, InputStream source)
      throws IOException, InterruptedException {
    Path header = directory.resolve(CLIENT);
    Path file = directory.resolve("program.c");
    Path program = directory.resolve("program");
    try (InputStream client = RuntimeProgram.class.getResourceAsStream(CLIENT)) {
      Files.copy(Objects.requireNonNull(client), header);
      Files.copy(source, file);
      Process gcc =
          new ProcessBuilder(
                  "musl-gcc", "-O2", "-static", "-s", "-o", program.toString(), file.toString())
              .inheritIO()
              .start();
      if (gcc.waitFor() != 0) {
        throw new UserError("the image's program could not be compiled with musl-gcc");
      }
      return Files.readAllBytes(program);
    } finally {
      for (Path made : List.of(header, file, program)) {
        Files.deleteIfExists(made);
      }
    }
  }
}
