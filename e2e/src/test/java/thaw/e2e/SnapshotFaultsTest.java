package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import thaw.e2e.LayerFiles.Part;
import thaw.e2e.SnapshotWorkers.Opened;
import thaw.e2e.SnapshotWorkers.Result;
import thaw.model.FunctionVersion;
import thaw.sandbox.DiskImage;
import thaw.sandbox.SandboxOrigin;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.sparsefs.SmallDisk;
import thaw.worker.WorkerStatus;

/** What can happen to snapshot layers, and what then happens to invocations. Real VMs and store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SnapshotFaultsTest {
  /** Of the layers of a function with SnapStart. */
  private static final List<Kind> KINDS = List.of(Kind.BASE, Kind.RUNTIME, Kind.FUNCTION);

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String CODE =
      """
      import uuid
      inits = uuid.uuid4().hex
      def handler(event, context):
          return inits
      """;

  /** Each invocation is a cold start. */
  private static final Map<String, Object> COLD =
      Map.of("worker.keepAlive", "10ms", "snapshots.recordings", 1);

  private SnapshotWorkers workers;
  private FunctionVersion function;

  @BeforeAll
  void makeLayers() throws Exception {
    workers = new SnapshotWorkers("python3.13");
    function = workers.python("f", "1", CODE, true);
    try (Opened opened = workers.open(COLD)) {
      assertThat(opened.worker().takeSnapshot(function)).isEmpty();
      assertThat(opened.invoke(function).origin()).isEqualTo("function");
      await().until(() -> Files.exists(only(opened, Kind.FUNCTION).log()));
    }
  }

  @AfterAll
  void close() throws IOException {
    workers.close();
  }

  private Map<Kind, List<LayerFiles>> layers(Opened opened) throws IOException {
    return opened.ids().stream()
        .collect(
            Collectors.groupingBy(
                id -> header(opened, id).map(SnapshotHeader::kind).orElse(Kind.BASE),
                Collectors.mapping(
                    id -> new LayerFiles(workers.snapshots().resolve(id)), Collectors.toList())));
  }

  private static Optional<SnapshotHeader> header(Opened opened, String id) {
    try {
      return opened.store().header(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LayerFiles only(Opened opened, Kind kind) throws IOException {
    List<LayerFiles> all = layers(opened).getOrDefault(kind, List.of());
    assertThat(all).as("%s layers", kind).hasSize(1);
    return all.getFirst();
  }

  private void assertNoDrafts() throws IOException {
    try (Stream<Path> all = Files.list(workers.snapshots())) {
      assertThat(all.map(path -> path.getFileName().toString())).noneMatch(n -> n.startsWith("."));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PAGE_ACCESS_LOG")
  void aFlippedBitIsFoundTheInvocationGoesOnFromTheLayerBelowAndTheLayerIsMadeAgain(Part part)
      throws Exception {
    byte[] before;
    String inits;
    try (Opened opened = workers.open(COLD)) {
      LayerFiles own = only(opened, Kind.FUNCTION);
      before = own.manifest();
      inits = opened.invoke(function).text();
      own.flip(part);
    }
    try (Opened opened = workers.open(COLD)) {
      Result fallenBack = opened.invoke(function);
      assertThat(fallenBack.origin()).isEqualTo("runtime");
      assertThat(fallenBack.text()).isNotEqualTo(inits);
      Result again = opened.awaitStartFrom("function", function);
      assertThat(again.text()).isNotEqualTo(inits);
      assertThat(only(opened, Kind.FUNCTION).manifest()).isNotEqualTo(before);
      assertNoDrafts();
    }
  }

  @Test
  void aFlippedBitInAPageAccessLogCostsTheLogAndNothingElse() throws Exception {
    LayerFiles own;
    try (Opened opened = workers.open(COLD)) {
      own = only(opened, Kind.FUNCTION);
      opened.invoke(function);
      await().until(() -> Files.exists(own.log()));
    }
    byte[] before = own.manifest();
    own.flip(Part.PAGE_ACCESS_LOG);
    byte[] damaged = Files.readAllBytes(own.log());
    try (Opened opened = workers.open(COLD)) {
      assertThat(opened.invoke(function).origin()).isEqualTo("function");
      await().until(() -> Files.exists(own.log())); // recorded again
      assertThat(Files.readAllBytes(own.log())).isNotEqualTo(damaged);
      assertThat(own.manifest()).isEqualTo(before);
    }
  }

  @Test
  void aFlippedBitAtTheBottomIsABootAndAllIsMadeAgain() throws Exception {
    byte[] before;
    try (Opened opened = workers.open(COLD)) {
      LayerFiles base = only(opened, Kind.BASE);
      before = base.manifest();
      base.flip(Part.MEMORY_PAGE);
    }
    try (Opened opened = workers.open(COLD)) {
      assertThat(opened.invoke(function).origin()).isEqualTo("boot");
      opened.awaitStartFrom("function", function);
      assertThat(only(opened, Kind.BASE).manifest()).isNotEqualTo(before);
    }
    sweep();
  }

  /** As at a start: what lies over a layer that is gone goes, too. */
  private void sweep() throws Exception {
    try (Opened opened = workers.open(COLD)) {
      opened.worker().sweepSnapshots(List.of(function));
      for (Kind kind : KINDS) {
        only(opened, kind);
      }
    }
  }

  @Test
  void layersRotateAndThoseAboveFollow() throws Exception {
    try (Opened opened = workers.open(COLD)) {
      Map<Kind, byte[]> before = manifests(opened);
      String inits = opened.awaitStartFrom("function", function).text();
      workers.later = workers.later.plus(Duration.ofDays(13));
      assertThat(opened.invoke(function).text()).isEqualTo(inits);

      workers.later = workers.later.plus(Duration.ofDays(2));
      Result rotated =
          await()
              .atMost(PATIENCE)
              .until(
                  () -> opened.invoke(function),
                  given -> given.origin().equals("function") && !given.text().equals(inits));
      assertThat(rotated.text()).isNotEqualTo(inits);
      // The last to be made anew sweeps what lies over nothing.
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            opened.invoke(function);
            for (Kind kind : KINDS) {
              assertThat(only(opened, kind).manifest()).isNotEqualTo(before.get(kind));
            }
          });
    }
  }

  private Map<Kind, byte[]> manifests(Opened opened) throws IOException {
    return Map.of(
        Kind.BASE, only(opened, Kind.BASE).manifest(),
        Kind.RUNTIME, only(opened, Kind.RUNTIME).manifest(),
        Kind.FUNCTION, only(opened, Kind.FUNCTION).manifest());
  }

  @Test
  void aVersionThatWasInactiveComesBackThroughItsSnapshot() throws Exception {
    FunctionVersion other = workers.python("other", "1", CODE, true);
    try (Opened opened = workers.open(COLD)) {
      assertThat(opened.worker().takeSnapshot(other)).isEmpty();
      String inits = opened.invoke(other).text();
      assertThat(layers(opened).get(Kind.FUNCTION)).hasSize(2);

      opened.worker().retire(other.accountId(), "other", "1", ""); // it becomes Inactive
      assertThat(layers(opened).get(Kind.FUNCTION)).hasSize(1);

      assertThat(opened.worker().takeSnapshot(other)).isEmpty();
      Result back = opened.awaitStartFrom("function", other);
      assertThat(back.text()).isNotEqualTo(inits);
      opened.worker().retire(other.accountId(), "other", "$LATEST", "");
      assertThat(layers(opened).get(Kind.FUNCTION)).hasSize(1);
    }
  }

  @Test
  void theStatusTellsWhatPageAccessLogsAndShellsAreGoodFor() throws Exception {
    try (Opened opened = workers.open(COLD)) {
      opened.awaitStartFrom("function", function); // recorded, unless there is a log
      await().until(() -> Files.exists(only(opened, Kind.FUNCTION).log()));
      await()
          .atMost(PATIENCE)
          .until(() -> {
            opened.awaitStartFrom("function", function);
            return opened.worker().status().pages().pushed() > 100;
          });
      WorkerStatus status = opened.worker().status();
      assertThat(status.pages().coverage()).isGreaterThan(0.5).isLessThanOrEqualTo(1);
      assertThat(status.pages().waste()).isBetween(0.0, 0.5);
      assertThat(status.counters().resumes()).isPositive();
      assertThat(status.gauges()).containsKeys("shellsReady", "shellsWanted", "shellsTaken");
      assertThat(status.gauges().get("shellsTaken")).isPositive();
    }
  }

  @Test
  void memoryIsSharedByClonesOfAFunctionsOwnSnapshotOnlyAndOnlyIfThatIsSet() throws Exception {
    FunctionVersion latest = workers.python("latest", "$LATEST", CODE, false);
    for (boolean share : new boolean[] {true, false}) {
      Map<String, Object> settings = new HashMap<>(COLD);
      settings.put("snapshots.shareMemory", share);
      settings.put("snapshots.recordings", 0);
      try (Opened opened = workers.open(settings)) {
        workers.driver.forget();
        opened.awaitStartFrom("function", function);
        opened.awaitStartFrom("function", function);
        opened.awaitStartFrom("runtime", latest);
        List<Boolean> shared =
            workers.driver.started().stream()
                .map(spec -> ((SandboxOrigin.Snapshot) spec.origin()).shareMemory())
                .toList();
        assertThat(shared.getFirst()).isEqualTo(share);
        assertThat(shared.getLast()).isFalse();
      }
    }
  }

  @Test
  void twoCapturesOfOneVersionAtOnceAreOne() throws Exception {
    FunctionVersion twice = workers.python("twice", "1", CODE, true);
    try (Opened opened = workers.open(COLD);
        ExecutorService publishers = Executors.newFixedThreadPool(2)) {
      workers.driver.forget();
      opened.worker().makeLayers(twice);
      Future<?> first = publishers.submit(() -> opened.worker().takeSnapshot(twice));
      Future<?> second = publishers.submit(() -> opened.worker().takeSnapshot(twice));
      assertThat(first.get()).isEqualTo(Optional.empty());
      assertThat(second.get()).isEqualTo(Optional.empty());
      opened.awaitStartFrom("function", twice);
      assertThat(workers.driver.started().stream().filter(spec -> spec.capturable())).hasSize(1);
      assertThat(layers(opened).get(Kind.FUNCTION)).hasSize(2);
      opened.worker().retire(twice.accountId(), "twice", "$LATEST", "");
    }
  }

  @Test
  void aFullDiskCostsTheCaptureAndNothingElse() throws Exception {
    FunctionVersion late = workers.python("late", "1", CODE, true);
    Map<String, Object> warm = Map.of("worker.pauseAfter", "1h");
    try (Opened opened = workers.open(warm)) {
      String inits = opened.invoke(function).text();
      // The first has no room for the layer, the second none for what the VM writes.
      for (SmallDisk disk : List.of(workers.layersDisk, workers.sandboxesDisk)) {
        Path filler = disk.fill();
        assertThatThrownBy(() -> opened.worker().takeSnapshot(late))
            .isInstanceOf(IOException.class);
        assertThat(layers(opened).get(Kind.FUNCTION)).hasSize(1);
        assertNoDrafts();
        Result served = opened.invoke(function);
        assertThat(served.text()).isEqualTo(inits);
        assertThat(served.origin()).isEqualTo("warm");
        Files.delete(filler);
      }
      assertThat(opened.worker().takeSnapshot(late)).isEmpty();
      assertThat(opened.invoke(late).origin()).isEqualTo("function");
      opened.worker().retire(late.accountId(), "late", "$LATEST", "");
    }
  }

  @Test
  void twentyResumesAtOnceAreAdmittedInTheirOrderAndNoneStarves() throws Exception {
    int count = 20;
    int atOnce = 2;
    List<FunctionVersion> functions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      functions.add(workers.python("crowd-" + i, "$LATEST", CODE, false));
    }
    try (Opened opened = workers.open(Map.of("worker.startConcurrency", atOnce));
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      workers.driver.forget();
      List<Future<Result>> answers = new ArrayList<>();
      for (FunctionVersion each : functions) {
        int before = opened.worker().status().sandboxes().size();
        answers.add(clients.submit(() -> opened.invoke(each)));
        await().until(() -> opened.worker().status().sandboxes().size() > before);
      }
      for (Future<Result> answer : answers) {
        assertThat(answer.get().origin()).isEqualTo("runtime");
      }
      List<DiskImage> admitted =
          workers.driver.started().stream().map(spec -> spec.codeImage().orElseThrow()).toList();
      assertThat(admitted).hasSize(count);
      assertThat(workers.driver.mostAtOnce()).isBetween(1, atOnce);
      for (int i = 0; i < count; i++) {
        // Two that are let in together may change places.
        assertThat(admitted.indexOf(new DiskImage.File(workers.image(functions.get(i)))))
            .isBetween(i - 1, i + 1);
      }
    }
  }
}
