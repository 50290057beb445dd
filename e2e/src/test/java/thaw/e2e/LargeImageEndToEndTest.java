package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.State;
import tools.jackson.databind.JsonNode;

/**
 * A container image of many files of many sizes, whose function starts with the little that it
 * touches and then reads every byte of it: 300 MB with every build, 10 GiB by {@code ./thaw test
 * --large}.
 */
@Tag("large")
class LargeImageEndToEndTest {
  private static final boolean LARGE = Boolean.getBoolean("thaw.largeImage");

  /** The largest that there may be, or what a build has time for. */
  private static final long TAR_BYTES = LARGE ? 10L << 30 : 300_000_000;

  /** What a start may fetch of an image of any size. */
  private static final long TOUCHED_BYTES = 8 << 20;

  @TempDir static Path directory;

  /** The cache on disk is smaller than the image: most of it comes from the origin. */
  @RegisterExtension
  static final ThawPlatform thaw = ThawPlatform.with("none", "chunks.diskCache=256MiB");

  @Test
  void everyByteOfALargeImageIsThereAndAStartFetchesNextToNothing() throws Exception {
    Path layout = directory.resolve("layout");
    LargeImage.Made made = LargeImage.make(layout, TAR_BYTES, 5);
    say("Files: %,d, of %,d bytes".formatted(made.files(), made.bytes()));
    create(made.uri());
    delete(layout);
    thaw.kill(); // nothing of it is in memory
    Path cache = thaw.dataDirectory().resolve("chunk-cache");
    delete(cache);
    thaw.start();

    Answer first = Functions.invoke(thaw, "large", "{}");

    assertThat(first.error()).as(first.text() + first.log()).isEmpty();
    assertThat(first.report().group("origin")).isNotEqualTo("warm");
    thaw.stop(); // all that was fetched is in the cache then
    assertThat(bytes(cache)).isBetween(1L, TOUCHED_BYTES);
    say("A cold start fetched %,d bytes: %s".formatted(bytes(cache), first.log()));
    thaw.start();

    long files = 0;
    long bytes = 0;
    long digest = 0;
    long begin = System.nanoTime();
    for (int part = 0; part < LargeImage.PARTS; part++) {
      Answer answer = Functions.invoke(thaw, "large", "\"check " + part + "\"");
      assertThat(answer.error()).as(answer.text() + answer.log()).isEmpty();
      JsonNode found = answer.json();
      assertThat(found.path("failed").asInt(-1)).isZero();
      files += found.path("files").asLong();
      bytes += found.path("bytes").asLong();
      digest += Long.parseUnsignedLong(found.path("digest").asString(), 16);
    }
    assertThat(files).isEqualTo(made.files());
    assertThat(bytes).isEqualTo(made.bytes());
    assertThat(digest).isEqualTo(made.digest());
    say("All of it was read in %,d ms".formatted((System.nanoTime() - begin) / 1_000_000));
  }

  private static void create(String uri) {
    long begin = System.nanoTime();
    thaw.lambda()
        .createFunction(f ->
            f.functionName("large")
                .role("arn:aws:iam::000000000000:role/e2e")
                .packageType(PackageType.IMAGE)
                .memorySize(256)
                .timeout(900)
                .code(code -> code.imageUri(uri)));
    FunctionConfiguration made =
        await()
            .atMost(Duration.ofMinutes(30))
            .until(
                () -> thaw.lambda().getFunction(f -> f.functionName("large")).configuration(),
                function -> function.state() != State.PENDING);
    assertThat(made.state()).as(made.stateReason()).isEqualTo(State.ACTIVE);
    say("Taken in after %,d ms".formatted((System.nanoTime() - begin) / 1_000_000));
  }

  /** The figures of the whole. */
  private static void say(String text) {
    if (LARGE) {
      System.out.println(text);
    }
  }

  private static long bytes(Path tree) throws IOException {
    long bytes = 0;
    for (Path file : below(tree)) {
      bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
    }
    return bytes;
  }

  private static void delete(Path tree) throws IOException {
    for (Path file : below(tree).reversed()) {
      Files.delete(file);
    }
  }

  private static List<Path> below(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      return files.toList();
    }
  }
}
