package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import thaw.model.FunctionReference;

/** Whatever instant a process is killed at, what it acknowledged is there and whole. */
class KillTest {
  private static final int ROUNDS = 6;

  @TempDir Path directory;

  /**
   * Source of each function as acknowledged; it is absent if its deletion was, or if it never was.
   */
  private final Map<String, String> acknowledged = new TreeMap<>();

  @Test
  void acknowledgedChangesSurviveKillsAtRandomInstants() throws Exception {
    long seed = System.nanoTime();
    System.out.println("KillTest seed " + seed);
    Random random = new Random(seed);
    int changes = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Process writer =
          JavaProcess.start(KilledWriter.class, directory.toString(), seed + "" + round)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      Optional<String[]> begun = Optional.empty();
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
        assertThat(said.readLine()).isEqualTo("open");
        int killAfterLines = random.nextInt(5, 250);
        long killAfterNanos = random.nextLong(0, 3_000_000);
        int lines = 0;
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          String[] words = line.split(" ", -1);
          // The last line may be cut off by the kill; then nothing was acknowledged by it.
          if (words.length == 5 && words[0].equals("begin")) {
            begun = Optional.of(words);
          } else if (words.length == 5) {
            begun = Optional.empty();
            if (words[0].equals("done")) {
              changes++;
              apply(words);
            }
          }
          if (++lines == killAfterLines) {
            long until = System.nanoTime() + killAfterNanos;
            while (System.nanoTime() < until) {
              Thread.onSpinWait();
            }
            kill(writer);
          }
        }
      } finally {
        kill(writer);
      }
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
      check(begun);
    }
    assertThat(changes).isGreaterThan(ROUNDS);
  }

  /** SIGKILL by its handle: {@code Process.destroyForcibly} would also drop what it said last. */
  private static void kill(Process process) {
    if (process.isAlive()) {
      process.toHandle().destroyForcibly();
    }
  }

  private void apply(String[] words) {
    if (words[1].equals("delete")) {
      acknowledged.remove(words[2]);
    } else {
      acknowledged.put(words[2], words[3]);
    }
  }

  /** The change under way at the kill may have happened or not; all others must have. */
  private void check(Optional<String[]> begun) throws Exception {
    try (Opened opened = Opened.at(directory)) {
      TreeMap<String, String> found = new TreeMap<>();
      opened
          .service()
          .list("000000000000", ListFunctionsRequest.builder().build())
          .functions()
          .forEach(f -> found.put(f.functionName(), ""));
      for (String name : List.copyOf(found.keySet())) {
        FunctionReference function = Functions.named(name);
        opened.settled(function);
        byte[] zip = Files.readAllBytes(opened.service().get(function).zip());
        found.put(name, source(zip));
        String hash = opened.service().resolve(function).codeSha256();
        assertThat(Files.size(opened.code().image(hash))).isEqualTo(16L << 30);
      }
      if (begun.isPresent() && !found.equals(acknowledged)) {
        apply(begun.get());
      }
      assertThat(found).isEqualTo(acknowledged);
    }
  }

  private static String source(byte[] zip) throws Exception {
    try (var in = new java.util.zip.ZipInputStream(new java.io.ByteArrayInputStream(zip))) {
      in.getNextEntry();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
