package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import thaw.jail.JailControlGroup;
import thaw.microvm.DeviceTable.Disk;
import thaw.sandbox.PageStatistics;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.snapshots.PageAccessLog;
import thaw.snapshots.SnapshotLayer;
import thaw.snapshots.SnapshotStore;
import thaw.sparsefs.PageSource;

/** A base is booted and captured once, a runtime layer made over it, and clones resumed from it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SnapshotTest {
  private static final String HANDLER =
      """
      import os, random, socket, time, uuid
      def read(path):
          with open(path) as file:
              return file.read().strip()
      def handler(event, context):
          return {"urandom": os.urandom(16).hex(), "random": random.random(), "uuid4": str(uuid.uuid4()),
                  "uuid1": str(uuid.uuid1()), "hostname": socket.gethostname(),
                  "machine": read("/etc/machine-id"), "boot": read("/proc/sys/kernel/random/boot_id"),
                  "mac": read("/sys/class/net/eth0/address")}
      def clock(event, context):
          return time.time()
      def marks(event, context):
          return read("/tmp/mark")
      with open("/tmp/mark", "a") as file:
          file.write("INIT ran")
      """;

  /** Its 4,096 pages of memory are in the snapshot, and are first read in a clone. */
  private static final String PATTERN =
      """
      import random
      pages = b"".join(page.to_bytes(8, "little") * 512 for page in range(4096))
      def verify(event, context):
          for page in random.sample(range(4096), 200):
              at = page * 4096 + 8 * random.randrange(512)
              if int.from_bytes(pages[at : at + 8], "little") != page:
                  return f"page {page} is wrong"
          return "right"
      """;

  /** Drops what the guest keeps of the file, so that each time it is read from the disk. */
  private static final String READER =
      """
      import os, zlib
      def read(event, context):
          with open("large", "rb") as file:
              crc = zlib.crc32(file.read())
              os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
          return crc
      """;

  private static final int LOADED = 3;

  /** Longer than a guest's clock may be wrong. */
  private static final long STANDING_NANOS = 2_000_000_000;

  private SnapshotHost host;
  private PythonLayers layers;
  private SnapshotLayer base;
  private SnapshotLayer runtime;
  private Path codeImage;

  @BeforeAll
  void makeLayers() throws Exception {
    host = SnapshotHost.open(PythonLayers.PYTHON);
    codeImage = host.codeImage("app.py", HANDLER);
    layers = new PythonLayers(host);
    base = layers.base;
    runtime = layers.runtime;
  }

  @AfterAll
  void close() throws Exception {
    if (layers != null) {
      layers.close();
    }
    if (host != null) {
      host.close();
    }
  }

  private SandboxSpec cloneSpec(SandboxOrigin origin) {
    return PythonLayers.spec(Optional.of(PythonLayers.PYTHON), Optional.of(codeImage), origin);
  }

  @Test
  void aLayerHoldsOnlyWhatItChangesOverItsParent() {
    assertThat(runtime.header().parent()).contains(base.header().id());
    assertThat(runtime.ownPages()).isPositive().isLessThan(base.ownPages() / 2);
  }

  @Test
  void clonesAreAlikeInNothing() throws Exception {
    List<String> values = new ArrayList<>();
    for (int clone = 0; clone < 2; clone++) {
      try (RuntimeGuest guest = resumed(new SandboxOrigin.Snapshot(runtime))) {
        guest.become("app.handler");
        values.addAll(identity(guest));
      }
    }
    for (int clone = 0; clone < 2; clone++) {
      try (RuntimeGuest guest = stoodBy(new SandboxOrigin.Snapshot(runtime), () -> {})) {
        guest.goOn("app.handler");
        values.addAll(identity(guest));
      }
    }
    assertThat(values).doesNotHaveDuplicates();
  }

  /** What is to be each guest's own. */
  private static List<String> identity(RuntimeGuest guest) throws InterruptedException {
    List<String> own =
        Pattern.compile("\"\\w+\": ?(\"?[^,\"}]+)")
            .matcher(guest.invoke("{}"))
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(own).hasSize(8);
    return own;
  }

  @Test
  void aGuestThatStoodByHasTheTimeAndTheCodeOfWhenItIsAssigned() throws Exception {
    AtomicLong begin = new AtomicLong();
    Runnable untilLater =
        () -> {
          begin.set(System.nanoTime());
          while (System.nanoTime() - begin.get() < STANDING_NANOS) {
            LockSupport.parkNanos(STANDING_NANOS / 10);
          }
        };
    try (RuntimeGuest guest = stoodBy(new SandboxOrigin.Snapshot(runtime), untilLater)) {
      guest.goOn("app.clock");
      double before = seconds();
      double guestSeconds = Double.parseDouble(guest.invoke("{}"));
      assertThat(guestSeconds).isBetween(before - STANDING_NANOS / 1e9 / 2, seconds() + 1);
    }
  }

  @Test
  void clonesBecomeDifferentFunctionsThatShareNoPhysicalPage() throws Exception {
    Path other = host.codeImage("other.py", "def greet(event, context):\n    return 'other'\n");
    try (RuntimeGuest first = resumed(new SandboxOrigin.Snapshot(runtime));
        RuntimeGuest second =
            new RuntimeGuest(
                host.driver(),
                PythonLayers.spec(
                    Optional.of(PythonLayers.PYTHON),
                    Optional.of(other),
                    new SandboxOrigin.Snapshot(runtime)))) {
      first.become("app.clock");
      second.become("other.greet");
      double guestSeconds = Double.parseDouble(first.invoke("{}"));
      assertThat(guestSeconds).isBetween(seconds() - 60, seconds() + 1);
      assertThat(second.invoke("{}")).isEqualTo("\"other\"");

      Set<Long> frames = GuestMemory.of(first.sandbox.id()).frames();
      assertThat(frames).hasSizeGreaterThan(500);
      assertThat(GuestMemory.of(second.sandbox.id()).frames()).doesNotContainAnyElementsOf(frames);
    }
  }

  private static double seconds() {
    return System.currentTimeMillis() / 1000.0;
  }

  @Test
  void clonesOfOneVersionShareWhatTheyDoNotWriteOnlyIfThatIsSet() throws Exception {
    Path code = host.codeImage("app.py", PATTERN);
    SnapshotLayer function = layers.function("shared", code, "app.verify");
    for (boolean share : new boolean[] {true, false}) {
      SandboxOrigin origin = new SandboxOrigin.Snapshot(function, Optional.empty(), false, share);
      SandboxSpec spec =
          PythonLayers.spec(Optional.of(PythonLayers.PYTHON), Optional.of(code), origin);
      try (RuntimeGuest first = new RuntimeGuest(host.driver(), spec);
          RuntimeGuest second = new RuntimeGuest(host.driver(), spec)) {
        first.restore("");
        second.restore("");
        assertThat(first.invoke("{}")).isEqualTo("\"right\"");
        assertThat(second.invoke("{}")).isEqualTo("\"right\"");
        Set<Long> frames = GuestMemory.of(first.sandbox.id()).frames();
        Set<Long> common = new HashSet<>(GuestMemory.of(second.sandbox.id()).frames());
        int all = common.size();
        common.retainAll(frames);
        if (share) {
          assertThat(common).hasSizeGreaterThan(all / 4).hasSizeLessThan(all);
        } else {
          assertThat(common).isEmpty();
        }
      }
      try (RuntimeGuest later = new RuntimeGuest(host.driver(), spec)) {
        later.restore("");
        assertThat(later.invoke("{}")).isEqualTo("\"right\"");
      }
    }
    function.close();
  }

  @Test
  void aFaultMovesItsOwnPageAndNoOther() throws Exception {
    SandboxOrigin origin = new SandboxOrigin.Snapshot(runtime, Optional.empty(), true);
    try (RuntimeGuest guest = resumed(origin)) {
      guest.become("app.handler");
      guest.invoke("{}");
      guest.sandbox.pause();
      GuestMemory memory = GuestMemory.of(guest.sandbox.id());
      List<String> smaps = memory.smaps();
      assertThat(smaps).noneMatch(line -> line.startsWith("VmFlags") && line.contains(" hg"));
      List<Integer> touches = guest.sandbox.firstTouches();
      assertThat(touches).doesNotHaveDuplicates();
      assertThat(touches.stream().filter(SnapshotTest::isOfMemory)).hasSameSizeAs(memory.frames());
      assertThat(touches.stream().map(PageAccessLog::file).distinct())
          .contains(Disk.CODE.loggedAs());
    }
  }

  @Test
  void pagesThatWerePrefetchedAreNotAskedFor() throws Exception {
    PageAccessLog log;
    int touched;
    try (RuntimeGuest guest =
        resumed(new SandboxOrigin.Snapshot(runtime, Optional.empty(), true))) {
      guest.become("app.handler");
      touched = guest.sandbox.firstTouches().size();
      log = PageAccessLog.merge(List.of(guest.sandbox.firstTouches()));
    }
    try (RuntimeGuest guest =
        resumed(new SandboxOrigin.Snapshot(runtime, Optional.of(log), true))) {
      guest.become("app.handler");
      assertThat(guest.sandbox.firstTouches().size()).isLessThan(touched / 2);
      guest.sandbox.pause();
      PageStatistics pages = guest.sandbox.pageStatistics();
      assertThat(pages.pushed())
          .isEqualTo(log.pages().stream().filter(SnapshotTest::isOfMemory).count());
      assertThat(pages.coverage()).isGreaterThan(0.5);
      assertThat(guest.sandbox.memoryUse().touchedBytes())
          .isEqualTo((pages.pushed() + pages.faults()) * PageSource.PAGE_BYTES);
      assertThat(guest.sandbox.memoryUse().pssBytes()).isBetween(10L << 20, 200L << 20);
    }
  }

  private static boolean isOfMemory(int entry) {
    return PageAccessLog.file(entry) == PageAccessLog.MEMORY;
  }

  @Test
  void aGuestsReadsOfItsDiskArriveWholeAndEachPageIsLoggedOnce() throws Exception {
    byte[] large = new byte[16 << 20];
    new Random(1).nextBytes(large);
    Path content = Files.createTempDirectory(host.directory(), "code");
    Files.write(content.resolve("large"), large);
    Files.writeString(content.resolve("app.py"), READER);
    SandboxSpec spec =
        PythonLayers.spec(
            Optional.of(PythonLayers.PYTHON),
            Optional.of(host.codeImage(content)),
            new SandboxOrigin.Snapshot(runtime, Optional.empty(), true));
    CRC32 expected = new CRC32();
    expected.update(large);
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      guest.become("app.read");
      PageStatistics before = guest.sandbox.pageStatistics();
      for (int time = 1; time <= 2; time++) {
        assertThat(guest.invoke("{}")).isEqualTo(Long.toString(expected.getValue()));
        PageStatistics after = guest.sandbox.pageStatistics();
        long pages = after.diskPages() - before.diskPages();
        assertThat(pages).isGreaterThanOrEqualTo(time * 4_096L);
        assertThat(after.diskReads() - before.diskReads()).isLessThan(pages / 16);
      }
      assertThat(guest.sandbox.firstTouches())
          .doesNotHaveDuplicates()
          .filteredOn(entry -> PageAccessLog.file(entry) == Disk.CODE.loggedAs())
          .hasSizeBetween(4_096, 4_196);
    }
  }

  @Test
  void whenTheServerEndsItsVmsDieAndLaterOnesHaveANewOne() throws Exception {
    try (RuntimeGuest guest = resumed(new SandboxOrigin.Snapshot(runtime))) {
      guest.become("app.handler");
      host.abortServer();
      assertThat(guest.sandbox.died().get(60, TimeUnit.SECONDS)).isNotEmpty();
    }
    try (RuntimeGuest guest = resumed(new SandboxOrigin.Snapshot(runtime))) {
      guest.become("app.clock");
      assertThat(guest.invoke("{}")).isNotEmpty();
    }
  }

  @Test
  void whenTheServerEndsUnderLoadNoVmReadsOtherBytesAndNothingIsLeft() throws Exception {
    Path code = host.codeImage("app.py", PATTERN);
    SnapshotLayer function = layers.function("pattern", code, "app.verify");
    List<RuntimeGuest> guests = new ArrayList<>();
    Queue<String> answers = new ConcurrentLinkedQueue<>();
    try (ExecutorService load = Executors.newFixedThreadPool(LOADED)) {
      CountDownLatch underLoad = new CountDownLatch(LOADED);
      for (int i = 0; i < LOADED; i++) {
        SandboxOrigin origin = new SandboxOrigin.Snapshot(function);
        RuntimeGuest guest =
            new RuntimeGuest(
                host.driver(),
                PythonLayers.spec(Optional.of(PythonLayers.PYTHON), Optional.of(code), origin));
        guests.add(guest);
        guest.restore("");
        load.execute(() -> {
          while (!guest.sandbox.died().isDone()) {
            guest.tryInvoke("{}").ifPresent(answers::add);
            underLoad.countDown();
          }
        });
      }
      underLoad.await();
      host.abortServer();
      for (RuntimeGuest guest : guests) {
        assertThat(guest.sandbox.died().get(60, TimeUnit.SECONDS)).isNotEmpty();
      }
    }
    assertThat(answers).hasSizeGreaterThanOrEqualTo(LOADED).containsOnly("\"right\"");
    for (RuntimeGuest guest : guests) {
      assertThat(new JailControlGroup(guest.sandbox.id()).processes()).isEmpty();
      guest.close();
    }
    function.close();
    try (RuntimeGuest guest = resumed(new SandboxOrigin.Snapshot(runtime))) {
      guest.become("app.clock");
    }
    assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
        .filteredOn(line -> line.contains(host.directory().toString()))
        .hasSize(1); // the new server's
  }

  @Test
  void aFunctionsSnapshotHasWhatItWroteToItsDisk() throws Exception {
    SnapshotLayer function = layers.function("files", codeImage, "app.marks");
    try (function;
        RuntimeGuest guest = resumed(new SandboxOrigin.Snapshot(function))) {
      guest.restore("");
      assertThat(guest.invoke("{}")).isEqualTo("\"INIT ran\"");
    }
  }

  @Test
  void aDamagedLayerIsRefusedAndKnownAsDamagedAndNothingIsLeftBehind() throws Exception {
    Path copies = host.directory().resolve("damaged");
    Files.createDirectories(copies.resolve(base.header().id()));
    for (String name : List.of("manifest", "chunks")) {
      Files.copy(
          host.directory().resolve("snapshots").resolve(base.header().id()).resolve(name),
          copies.resolve(base.header().id()).resolve(name));
    }
    Path chunks = copies.resolve(base.header().id()).resolve("chunks");
    try (RandomAccessFile file = new RandomAccessFile(chunks.toFile(), "rw")) {
      for (long at = 100; at < file.length() - (1 << 20); at += 512 << 10) {
        file.seek(at);
        int was = file.read();
        file.seek(at);
        file.write(was ^ 1);
      }
    }
    host.driver().shells().awaitFull();
    List<Path> before = host.leftBehind();
    try (SnapshotLayer damaged =
        SnapshotStore.open(copies)
            .open(base.header().id(), layers.keys.service(), Optional.empty())
            .orElseThrow()) {
      assertThatThrownBy(() -> resumed(new SandboxOrigin.Snapshot(damaged)))
          .isInstanceOf(SandboxException.class);
      assertThat(damaged.damaged()).isTrue();
    }
    host.driver().shells().awaitFull();
    assertThat(host.leftBehind()).hasSameSizeAs(before);
  }

  @Test
  void onlyACapturableSandboxIsCapturedAndItDoesNotRunAgain() throws Exception {
    try (RuntimeGuest guest = resumed(new SandboxOrigin.Snapshot(base))) {
      assertThatThrownBy(guest.sandbox::capture).isInstanceOf(SandboxException.class);
      guest.sandbox.agent().ping();
    }
    SandboxSpec spec = cloneSpec(new SandboxOrigin.Snapshot(base)).toCapture();
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      guest.sandbox.capture();
      assertThatThrownBy(guest.sandbox::resume)
          .isInstanceOf(SandboxException.class)
          .hasMessageContaining("captured");
    }
  }

  private RuntimeGuest stoodBy(SandboxOrigin origin, Runnable waiting) throws Exception {
    return new RuntimeGuest(host.driver(), cloneSpec(origin), waiting);
  }

  private RuntimeGuest resumed(SandboxOrigin origin) throws IOException {
    return new RuntimeGuest(host.driver(), cloneSpec(origin));
  }

  @Test
  void whatASnapshotIsBoundToNamesTheVmsSize() throws Exception {
    assertThat(host.driver().snapshotIdentity(512)).contains(layers.identity());
    assertThat(host.driver().snapshotIdentity(513)).isNotEqualTo(Optional.of(layers.identity()));
  }
}
