package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import thaw.cli.platform.ThawSettings;
import thaw.guest.BuildProgress;
import thaw.guest.GuestImageBuilder;
import thaw.guest.GuestImages;
import thaw.jail.Trees;
import thaw.logs.LogWriter;
import thaw.microvm.MicrovmDriver;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.sandbox.DiskImage;
import thaw.settings.SettingsBinder;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.SnapshotStore;
import thaw.sparsefs.SmallDisk;
import thaw.worker.RuntimeProcesses;
import thaw.worker.SnapshotStorage;
import thaw.worker.Worker;

/**
 * Workers with real VMs over one snapshot store, one after the other: each opens the store as after
 * a restart. Layers and what sandboxes write are on disks of their own, which can be filled up; the
 * time by which layers age is set.
 */
final class SnapshotWorkers implements AutoCloseable {
  private static final int DISK_MEBIBYTES = 768;
  static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Pattern ORIGIN = Pattern.compile("\tThaw: (\\w+)");

  private final Path directory;
  private final Map<String, Object> settings;
  private final Map<String, Path> images = new ConcurrentHashMap<>();
  final SmallDisk layersDisk;
  final SmallDisk sandboxesDisk;
  final KeptDriver driver;
  volatile Duration later = Duration.ZERO;

  /** What an invocation gave. */
  record Result(InvocationResult result) {
    String text() {
      return new String(result.payload(), StandardCharsets.UTF_8);
    }

    /** From where its sandbox started, or {@code warm}. */
    String origin() {
      String tail = new String(result.logTail(), StandardCharsets.UTF_8);
      Matcher matcher = ORIGIN.matcher(tail);
      assertThat(matcher.find()).as("a REPORT line in: %s", tail).isTrue();
      return matcher.group(1);
    }
  }

  SnapshotWorkers(String... runtimes) throws IOException {
    directory = Files.createTempDirectory("thawworkers");
    layersDisk = SmallDisk.mount(directory.resolve("layers"), DISK_MEBIBYTES);
    sandboxesDisk = SmallDisk.mount(directory.resolve("disks"), DISK_MEBIBYTES);
    settings =
        new HashMap<>(
            Map.of(
                "microvm.accelerator", "tcg",
                "microvm.bootTimeout", "5m",
                "microvm.monitorTimeout", "1m",
                "microvm.runDirectory", directory.resolve("run").toString(),
                "microvm.firstUid",
                    1_600_000_000 + (int) (ProcessHandle.current().pid() % 1_000_000) * 256,
                "microvm.uidCount", 256,
                "worker.startWait", "10m",
                "worker.initTimeout", "2m",
                "worker.memoryShare", 4));
    try {
      driver = new KeptDriver(openDriver(runtimes));
    } catch (IOException | RuntimeException e) {
      unmount();
      throw e;
    }
  }

  private MicrovmDriver openDriver(String... runtimes) throws IOException {
    ThawSettings all = bind(Map.of());
    GuestImages guest =
        new GuestImageBuilder(all.guest()).build(Set.of(runtimes), BuildProgress.NONE);
    return MicrovmDriver.open(
        all.microvm(), sandboxesDisk.path(), all.guest().cacheDir().resolve("microvm"), guest);
  }

  private ThawSettings bind(Map<String, Object> more) {
    Map<String, Object> together = new HashMap<>(settings);
    together.putAll(more);
    Config config = ConfigFactory.parseMap(together);
    return SettingsBinder.bind(ThawSettings.class, config);
  }

  /** A worker with the store as it is on disk. */
  Opened open(Map<String, Object> more) throws IOException {
    ThawSettings all = bind(more);
    LogWriter logs = new LogWriter(directory.resolve("logs"), all.logs());
    InstantSource clock = () -> Instant.now().plus(later);
    SnapshotStorage storage =
        new SnapshotStorage(
            all.snapshots(),
            new LayerCatalog(SnapshotStore.open(snapshots())),
            new KeyRing(directory.resolve("keys")),
            clock);
    return new Opened(
        new Worker(
            all.worker(),
            driver,
            hashes ->
                new DiskImage.File(
                    Optional.ofNullable(images.get(hashes.getFirst())).orElseThrow()),
            RuntimeProcesses.ofGuestImages(),
            logs,
            false,
            Optional.of(storage)),
        logs,
        storage.catalog().store());
  }

  Path snapshots() {
    return layersDisk.path().resolve("snapshots");
  }

  /** A python function whose module is {@code app}, with an image of its code of its own. */
  FunctionVersion python(String name, String version, String code, boolean snapStart)
      throws IOException, InterruptedException {
    Path content = Files.createTempDirectory(directory, "code");
    Files.writeString(content.resolve("app.py"), code);
    return function(name, version, "python3.13", "app.handler", 128, content, snapStart);
  }

  /**
   * A function.
   *
   * @param code directory of its files
   */
  FunctionVersion function(
      String name,
      String version,
      String runtime,
      String handler,
      int memorySizeMb,
      Path code,
      boolean snapStart)
      throws IOException, InterruptedException {
    String hash = name + "-" + version;
    images.put(hash, image(hash, code));
    return new FunctionVersion(
        "000000000000",
        "us-east-1",
        name,
        version,
        UUID.randomUUID().toString(),
        runtime,
        handler,
        memorySizeMb,
        Duration.ofMinutes(5),
        512,
        Map.of(),
        hash,
        "/aws/lambda/" + name,
        "Text",
        Optional.empty(),
        snapStart);
  }

  /** The image that a function's code is in. */
  Path image(FunctionVersion function) {
    return Optional.ofNullable(images.get(function.codeSha256())).orElseThrow();
  }

  private Path image(String name, Path content) throws IOException, InterruptedException {
    Files.setPosixFilePermissions(content, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path image = directory.resolve(name + ".erofs");
    Command.run(Map.of(), List.of("mkfs.erofs", "--quiet", image.toString(), content.toString()))
        .succeeded();
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(GuestImages.DISK_BYTES);
    }
    return image;
  }

  /** A worker, its log and what is on disk. */
  record Opened(Worker worker, LogWriter logs, SnapshotStore store) implements AutoCloseable {
    Result invoke(FunctionVersion function) throws InterruptedException {
      return invoke(function, "{}");
    }

    Result invoke(FunctionVersion function, String event) throws InterruptedException {
      InvocationResult result =
          worker.invoke(
              function,
              new Invocation(
                  UUID.randomUUID().toString(),
                  event.getBytes(StandardCharsets.UTF_8),
                  Optional.empty(),
                  "",
                  "arn:aws:lambda:us-east-1:000000000000:function:" + function.name(),
                  true));
      Result given = new Result(result);
      assertThat(result.functionError()).as(given.text()).isEmpty();
      return given;
    }

    /** Invokes until a sandbox started from there: layers are made in the background. */
    Result awaitStartFrom(String origin, FunctionVersion function) {
      return await()
          .atMost(PATIENCE)
          .until(() -> invoke(function), given -> given.origin().equals(origin));
    }

    List<String> ids() throws IOException {
      return store.ids();
    }

    @Override
    public void close() {
      worker.close();
      logs.close();
    }
  }

  @Override
  public void close() throws IOException {
    driver.end();
    unmount();
  }

  private void unmount() throws IOException {
    layersDisk.close();
    sandboxesDisk.close();
    Trees.delete(directory);
  }
}
