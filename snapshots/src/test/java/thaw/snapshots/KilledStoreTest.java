package thaw.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.snapshots.KilledStore.Done;
import thaw.snapshots.SnapshotHeader.Kind;

/**
 * A process that writes layers and keys is killed at every single call that changes something on
 * disk: each write (by half), fsync, rename, deletion. What is there then opens and is right.
 */
final class KilledStoreTest {
  private static final int SIGKILLED = 128 + 9;
  private static final int MORE_CALLS_THAN_THERE_ARE = 500;

  @TempDir private Path directory;

  @Test
  void whereverItIsKilledWhatWasDurableIsThereAndNothingIsBroken() throws Exception {
    Path preloaded = directory.resolve("kill-at.so");
    Process gcc =
        new ProcessBuilder(
                "gcc", "-shared", "-fPIC", "-o", preloaded.toString(), "src/test/c/kill-at.c")
            .inheritIO()
            .start();
    assertThat(gcc.waitFor()).isZero();

    AtomicInteger calls = new AtomicInteger();
    int runners = Runtime.getRuntime().availableProcessors();
    List<Callable<Integer>> tasks =
        Collections.nCopies(runners, () -> killUntilItComesToItsEnd(preloaded, calls));
    try (ExecutorService threads = Executors.newFixedThreadPool(runners)) {
      for (Future<Integer> last : threads.invokeAll(tasks)) {
        assertThat(last.get()).isGreaterThan(60); // all that it does was interrupted
      }
    }
  }

  private int killUntilItComesToItsEnd(Path preloaded, AtomicInteger calls) throws Exception {
    while (true) {
      int call = calls.incrementAndGet();
      assertThat(call).isLessThan(MORE_CALLS_THAN_THERE_ARE);
      Path data = Files.createDirectory(directory.resolve("killed-at-" + call));
      List<Done> done = new ArrayList<>();
      boolean killed = runUntilKilled(preloaded, data, call, done);
      check(data, done);
      if (!killed) {
        return call;
      }
    }
  }

  /** Returns false if it came to its end. */
  private static boolean runUntilKilled(Path preloaded, Path data, int call, List<Done> done)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            KilledStore.class.getName(),
            data.toString());
    builder.environment().put("LD_PRELOAD", preloaded.toString());
    builder.environment().put("KILL_BELOW", data.toString());
    builder.environment().put("KILL_AT", Integer.toString(call));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.inputReader(StandardCharsets.UTF_8).lines().map(Done::valueOf).forEach(done::add);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isIn(0, SIGKILLED);
    return process.exitValue() == SIGKILLED;
  }

  private static void check(Path data, List<Done> done) throws IOException {
    Path snapshots = data.resolve("snapshots");
    KeyRing keys = new KeyRing(data.resolve("keys"));
    try (LayerCatalog catalog = new LayerCatalog(SnapshotStore.open(snapshots))) {
      Optional<LayerHandle> base =
          catalog.find(
              FilledLayers.id(Kind.BASE, Optional.empty()),
              () -> Optional.of(keys.service()),
              Optional.empty());
      if (done.contains(Done.BASE_MADE)) {
        assertThat(base).as("after %s", done).isPresent();
      }
      if (base.isPresent()) {
        checkBase(base.get(), catalog, keys, done);
      }
    }
    try (Stream<Path> left = Files.list(snapshots)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .as("after %s", done)
          .allMatch(name -> name.matches("[0-9a-f]{64}"));
    }
    if (done.contains(Done.KEY_DESTROYED)) {
      assertThat(keys.existingFunction(KilledStore.ACCOUNT, KilledStore.FUNCTION)).isEmpty();
    }
    // Whatever became of the keys, they can be used.
    assertThat(keys.function(KilledStore.ACCOUNT, KilledStore.FUNCTION)).isNotNull();
  }

  private static void checkBase(
      LayerHandle base, LayerCatalog catalog, KeyRing keys, List<Done> done) throws IOException {
    int fill = FilledLayers.fill(base.layer());
    assertThat(fill).isIn(KilledStore.OLD, KilledStore.NEW);
    if (done.contains(Done.BASE_REPLACED)) {
      assertThat(fill).isEqualTo(KilledStore.NEW);
    }
    if (fill == KilledStore.OLD && done.contains(Done.LOG_KEPT)) {
      assertThat(base.accessLog()).contains(new PageAccessLog(List.of(1, 2, 3)));
    }
    Optional<LayerHandle> own =
        catalog.find(
            FilledLayers.id(Kind.FUNCTION, Optional.of(base.id())),
            () -> keys.existingFunction(KilledStore.ACCOUNT, KilledStore.FUNCTION),
            Optional.of(base));
    assertThat(own.isPresent() && done.contains(Done.FUNCTION_DROPPED)).isFalse();
    if (own.isPresent()) {
      assertThat(FilledLayers.fill(own.get().layer())).isEqualTo(KilledStore.OWN);
      own.get().release();
    }
    base.release();
  }
}
