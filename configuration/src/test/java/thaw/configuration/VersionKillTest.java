package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.State;

/** Whatever instant a process is killed at, what it published stays and no number comes twice. */
class VersionKillTest {
  private static final int ROUNDS = 4;

  @TempDir Path directory;

  /** Code of each version that was acknowledged and whose deletion was not begun. */
  private final Map<Integer, String> published = new TreeMap<>();

  private int highest;

  @Test
  void publishedVersionsSurviveKillsAtRandomInstants() throws Exception {
    long seed = System.nanoTime();
    System.out.println("VersionKillTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Process publisher =
          JavaProcess.start(KilledPublisher.class, directory.toString(), "round" + round)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(publisher.getInputStream(), StandardCharsets.UTF_8))) {
        assertThat(said.readLine()).isEqualTo("open");
        int killAfterLines = random.nextInt(1, 20);
        int lines = 0;
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          heard(line);
          lines++;
          if (lines == killAfterLines) {
            TimeUnit.NANOSECONDS.sleep(random.nextLong(0, 20_000_000)); // any instant of a step
            kill(publisher);
          }
        }
      } finally {
        kill(publisher);
      }
      assertThat(publisher.waitFor(30, TimeUnit.SECONDS)).isTrue();
      check();
    }
    assertThat(published).isNotEmpty();
  }

  /** SIGKILL by its handle: {@code Process.destroyForcibly} would also drop what it said last. */
  private static void kill(Process process) {
    if (process.isAlive()) {
      process.toHandle().destroyForcibly();
    }
  }

  /** The last line may be cut off by the kill; then nothing was acknowledged by it. */
  private void heard(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 4) {
      return;
    }
    int number = Integer.parseInt(words[1]);
    if (words[0].equals("published")) {
      assertThat(number).isGreaterThan(highest);
      highest = number;
      published.put(number, words[2]);
    } else {
      published.remove(number);
    }
  }

  private void check() throws Exception {
    try (Opened opened = Opened.at(directory)) {
      for (Map.Entry<Integer, String> version : published.entrySet()) {
        FunctionConfiguration there = opened.settled(Functions.named("f:" + version.getKey()));
        assertThat(there.state()).isEqualTo(State.ACTIVE);
        assertThat(there.codeSha256()).isEqualTo(version.getValue());
        assertThat(opened.service().get(Functions.named("f:" + version.getKey())).zip()).exists();
      }
      opened.settled(Functions.named("f"));
      FunctionConfiguration next =
          opened.service().publish(Functions.named("f"), PublishVersionRequest.builder().build());
      int number = Integer.parseInt(next.version());
      assertThat(number).isGreaterThanOrEqualTo(highest);
      highest = number;
      published.put(number, next.codeSha256());
    }
  }
}
