package thaw.microvm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import thaw.guest.GuestImages;
import thaw.jail.CloseStack;
import thaw.jail.Command;
import thaw.jail.DiskTemplate;
import thaw.jail.TemplatePages;
import thaw.microvm.DeviceTable.Disk;
import thaw.sandbox.Capture;
import thaw.sandbox.DiskImage;
import thaw.sandbox.PageStatistics;
import thaw.sandbox.SandboxOrigin;
import thaw.snapshots.PageAccessLog;
import thaw.snapshots.SnapshotLayer;
import thaw.sparsefs.FirstTouch;
import thaw.sparsefs.LateSource;
import thaw.sparsefs.PageSource;
import thaw.sparsefs.SandboxDirectory;
import thaw.sparsefs.SparseFile;
import thaw.sparsefs.SparseFileSystem;
import thaw.sparsefs.WrittenPages;

/**
 * A sandbox's directory on the sparse file system: the file that is its memory, and its disks. The
 * files are there, and QEMU may have them open, before it is decided what is in them: {@link
 * #bind}. Who reads them earlier gets an error.
 */
final class SandboxFiles implements AutoCloseable {
  private static final Duration FLUSH_TIMEOUT = Duration.ofMinutes(2);
  static final String MEMORY = "memory";

  private final CloseStack undo = new CloseStack();
  private final Host host;
  private final int uid;
  private final Path scratch;
  private final SandboxDirectory directory;
  private final long memoryBytes;
  private final boolean capturable;
  private final TouchRecorder touches = new TouchRecorder();
  private final LateSource memory = new LateSource();
  private final Map<Disk, LateSource> disks = new EnumMap<>(Disk.class);
  private Optional<PlainMemory> plain = Optional.empty();
  private Optional<SharedMemories.Lease> shared = Optional.empty();
  private Optional<WrittenPages> writtenMemory = Optional.empty();
  private Optional<WrittenPages> writtenDisk = Optional.empty();
  private Optional<SnapshotLayer> parent = Optional.empty();
  private volatile Optional<Prefetch> prefetch = Optional.empty();
  private BitSet bottomOfDisk = new BitSet();

  private SandboxFiles(
      Host host,
      int uid,
      Path scratch,
      SandboxDirectory directory,
      VmSize size,
      boolean capturable) {
    this.host = host;
    this.uid = uid;
    this.scratch = scratch;
    this.directory = directory;
    this.memoryBytes = size.memoryBytes();
    this.capturable = capturable;
  }

  /**
   * Makes the directory and its files.
   *
   * @param id names the directory
   * @param uid who may use them
   * @param scratch directory on disk for what the guest writes
   * @param vm its memory, if that is a file, and its /tmp then are here
   * @param readOnly the read-only disks that are here
   * @param memoryOf layer whose memory it is, shared with others
   */
  static SandboxFiles create(
      Host host,
      String id,
      int uid,
      Path scratch,
      VmOptions vm,
      Set<Disk> readOnly,
      Optional<SnapshotLayer> memoryOf)
      throws IOException {
    SparseFileSystem server = host.sparse().get();
    SandboxDirectory directory = server.createDirectory(id, uid);
    boolean capturable = vm.memory() == MemoryBacking.SHARED_FILE;
    SandboxFiles files = new SandboxFiles(host, uid, scratch, directory, vm.size(), capturable);
    files.undo.push(directory::close);
    try {
      if (vm.memory() != MemoryBacking.ANONYMOUS) {
        if (memoryOf.isPresent() && host.settings().memorySource() == MemorySource.SPARSE) {
          files.addShared(host.shared().take(server, memoryOf.get(), vm.size().memoryBytes()));
        } else {
          files.addMemory();
        }
        files.addTmp();
      }
      readOnly.forEach(files::addDisk);
      return files;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private void addShared(SharedMemories.Lease lease) {
    undo.push(lease::close);
    undo.push(directory::close);
    shared = Optional.of(lease);
    directory.add(lease.file());
  }

  private void addMemory() throws IOException {
    if (!capturable && host.settings().memorySource() == MemorySource.PLAIN) {
      plain = Optional.of(PlainMemory.create(scratch.resolve(MEMORY), memoryBytes, uid));
      return;
    }
    PageSource source = memory;
    if (capturable) {
      WrittenPages written = written(memory, MEMORY, memoryBytes);
      writtenMemory = Optional.of(written);
      source = written;
    }
    add(new SparseFile(MEMORY, uid, memoryBytes, source, touches.of(PageAccessLog.MEMORY)));
  }

  private void addTmp() throws IOException {
    WrittenPages written = written(late(Disk.TMP), Disk.TMP.serial(), GuestImages.DISK_BYTES);
    writtenDisk = Optional.of(written);
    addDisk(Disk.TMP, written, FirstTouch.NONE);
  }

  private void addDisk(Disk disk) {
    addDisk(disk, late(disk), touches.of(disk.loggedAs()));
  }

  private void addDisk(Disk disk, PageSource source, FirstTouch touch) {
    long bytes = GuestImages.DISK_BYTES;
    add(new SparseFile(disk.serial(), uid, bytes, source, touch, disk.direct()));
  }

  private LateSource late(Disk disk) {
    LateSource late = new LateSource();
    disks.put(disk, late);
    return late;
  }

  /**
   * Nobody in this process ever opens a file of the sparse file system: killed at that moment, it
   * would wait for an answer of its own, and never end.
   */
  private void add(SparseFile file) {
    directory.add(file);
  }

  private WrittenPages written(PageSource below, String name, long bytes) throws IOException {
    WrittenPages pages = new WrittenPages(below, scratch.resolve("written-" + name), bytes);
    undo.push(pages::close);
    return pages;
  }

  /** Decides what is in the files, once, and begins to bring nearer what a log says is wanted. */
  void bind(SandboxPlan plan) throws IOException {
    bind(plan, EnumSet.allOf(Disk.class));
  }

  /** The same, but for read-only disks other than these: {@link #bindDisks}. */
  void bind(SandboxPlan plan, Set<Disk> now) throws IOException {
    parent = plan.snapshot().map(SandboxOrigin.Snapshot::layer);
    // What is touched of plain memory nobody sees, and a log without it would be a bad one.
    if (plain.isEmpty()
        && plan.snapshot().map(SandboxOrigin.Snapshot::recordTouches).orElse(false)) {
      touches.begin();
    }
    PageSource content = parent.map(SnapshotLayer::memory).orElse(PageSource.zeros());
    if (shared.isEmpty()) {
      memory.bind(content);
    }
    if (plain.isPresent()) {
      plain.get().write(content);
    }
    if (writtenDisk.isPresent()) {
      bindTmp(plan);
    }
    bindDisks(plan, now);
    plan.snapshot().flatMap(SandboxOrigin.Snapshot::prefetch).ifPresent(this::push);
  }

  /** Decides what is on read-only disks, once for each. */
  void bindDisks(SandboxPlan plan, Set<Disk> now) throws IOException {
    for (Disk disk : present()) {
      if (disk.readOnly() && now.contains(disk)) {
        PageSource image = pages(plan.image(disk));
        late(disks, disk)
            .bind(parent.map(layer -> layer.readOnlyDisk(disk.loggedAs(), image)).orElse(image));
      }
    }
  }

  private PageSource pages(DiskImage image) throws IOException {
    return switch (image) {
      case DiskImage.Pages paged -> paged.content();
      case DiskImage.File file -> {
        MappedImages.Lease mapped = host.mapped().take(file.path());
        undo.push(mapped::close);
        yield mapped.pages();
      }
    };
  }

  private void push(Supplier<PageAccessLog> log) {
    Prefetch started = Prefetch.start(directory, wanted(), directly(), log);
    undo.push(started::close);
    prefetch = Optional.of(started);
  }

  private static LateSource late(Map<Disk, LateSource> disks, Disk disk) {
    return Optional.ofNullable(disks.get(disk)).orElseThrow();
  }

  private void bindTmp(SandboxPlan plan) throws IOException {
    PageSource below;
    if (parent.map(SnapshotLayer::hasDisk).orElse(false)) {
      below = parent.orElseThrow().disk();
    } else {
      TemplatePages empty = DiskTemplate.ofSize(plan.temporaryMb(), host.cacheDirectory()).pages();
      bottomOfDisk = empty.numbers();
      below = empty;
    }
    late(disks, Disk.TMP).bind(below);
    writtenDisk.orElseThrow().limit((long) plan.temporaryMb() << 20);
  }

  /** The files of which a log's pages are brought nearer, by their numbers in it. */
  private Map<Integer, String> wanted() {
    Map<Integer, String> files = new HashMap<>();
    boolean toBePushed = shared.map(SharedMemories.Lease::takePush).orElse(true);
    if (!capturable && plain.isEmpty() && toBePushed) {
      files.put(PageAccessLog.MEMORY, MEMORY);
    }
    for (Disk disk : present()) {
      if (disk.readOnly()) {
        files.put(disk.loggedAs(), disk.serial());
      }
    }
    return files;
  }

  /** The files of which the page cache takes nothing, by their numbers in a log. */
  private Set<Integer> directly() {
    return present().stream()
        .filter(Disk::direct)
        .map(Disk::loggedAs)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Completes when nobody serves the files any more. */
  CompletableFuture<Void> serverEnded() {
    return directory.serverEnded();
  }

  /** Whether what the guest changes in memory is kept apart. */
  boolean isCapturable() {
    return capturable;
  }

  /** The disks that are here. */
  Set<Disk> present() {
    return disks.keySet();
  }

  /** The file that is the memory. */
  Path memory() {
    return plain.map(PlainMemory::path).orElseGet(() -> directory.path().resolve(MEMORY));
  }

  /** The file of a disk. */
  Path disk(Disk disk) {
    return directory.path().resolve(disk.serial());
  }

  /** Pages that reached the server, in order, as a page access log has them. */
  List<Integer> firstTouches() {
    return touches.pages();
  }

  PageStatistics statistics() {
    return touches.statistics(prefetch.map(Prefetch::pushed).orElse(0));
  }

  /** What a stopped VM changed, once its device state is saved. */
  Capture capture(byte[] deviceState) throws IOException {
    WrittenPages changed = writtenMemory.orElseThrow();
    WrittenPages disk = writtenDisk.orElseThrow();
    flush(MEMORY);
    flush(Disk.TMP.serial());
    // Whoever mounts a file system writes to it. As long as nobody has, it may be replaced after
    // a resume, and none of it is the snapshot's.
    BitSet changedDisk = disk.pages();
    if (!changedDisk.isEmpty()) {
      changedDisk.or(bottomOfDisk);
    }
    return new Capture(
        parent,
        memoryBytes,
        changed.pages(),
        changed,
        GuestImages.DISK_BYTES,
        changedDisk,
        disk,
        deviceState);
  }

  /**
   * Has the kernel write what was changed through mappings; by another process, see {@link #add}.
   */
  private void flush(String file) throws IOException {
    Command.run(FLUSH_TIMEOUT, List.of("sync", directory.path().resolve(file).toString()));
  }

  /** Takes it all away; QEMU must be gone. */
  @Override
  public void close() {
    undo.close();
  }
}
