package thaw.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The event of an invocation, as given on the command line. */
final class Payload {
  private Payload() {}

  /** The text itself, {@code @FILE} for a file's content, {@code -} for standard input. */
  static byte[] read(String argument, Context context) throws IOException {
    if (argument.equals("-")) {
      return context.in().readAllBytes();
    }
    if (!argument.startsWith("@")) {
      return argument.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Files.readAllBytes(Path.of(argument.substring(1)));
    } catch (NoSuchFileException e) {
      throw new UserError(
          "no such payload file: " + argument.substring(1), "@FILE reads a file, - reads stdin.");
    }
  }
}
