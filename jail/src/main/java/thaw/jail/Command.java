package thaw.jail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short helper programs, run to their end. */
public final class Command {
  private static final int OUTPUT_BYTES_MAX = 64 << 10;

  private Command() {}

  /**
   * Runs a program and waits for it.
   *
   * @return what it wrote to standard output and error, at most 64 KiB
   * @throws IOException if it cannot be run, fails, or takes longer than {@code timeout}; the text
   *     holds what it wrote
   */
  public static String run(Duration timeout, List<String> command) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException("cannot run " + command.getFirst() + "; is it installed?", e);
    }
    try (InputStream output = process.getInputStream()) {
      process.getOutputStream().close();
      Thread killer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      byte[] text = output.readNBytes(OUTPUT_BYTES_MAX);
      output.skip(Long.MAX_VALUE);
      int code = process.waitFor();
      killer.interrupt();
      String answer = new String(text, StandardCharsets.UTF_8).strip();
      if (code != 0) {
        throw new IOException(
            String.join(" ", command)
                + " ended with "
                + code
                + (answer.isEmpty() ? "" : ": " + answer));
      }
      return answer;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command.getFirst() + " ran", e);
    }
  }
}
