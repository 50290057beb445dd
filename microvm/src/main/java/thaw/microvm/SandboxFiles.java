package thaw.microvm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import thaw.guest.GuestImages;
import thaw.jail.CloseStack;
import thaw.jail.DiskTemplate;
import thaw.jail.TemplatePages;
import thaw.microvm.DeviceTable.Disk;
import thaw.sandbox.Capture;
import thaw.sandbox.SandboxOrigin;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotLayer;
import thaw.sparsefs.FirstTouch;
import thaw.sparsefs.PageSource;
import thaw.sparsefs.SandboxDirectory;
import thaw.sparsefs.SparseFile;
import thaw.sparsefs.WrittenPages;

/**
 * A sandbox's directory on the sparse file system: the file that is its memory, and its /tmp disk
 * if that comes from a snapshot or is to go into one.
 */
final class SandboxFiles implements AutoCloseable {
  static final String MEMORY = "memory";

  private final CloseStack undo = new CloseStack();
  private final SandboxPlan plan;
  private final int uid;
  private final Path scratch;
  private final SandboxDirectory directory;
  private final Optional<SnapshotLayer> parent;
  private final TouchRecorder touches = new TouchRecorder();
  private Optional<WrittenPages> writtenMemory = Optional.empty();
  private Optional<WrittenPages> writtenDisk = Optional.empty();
  private BitSet bottomOfDisk = new BitSet();

  private SandboxFiles(SandboxPlan plan, int uid, Path scratch, SandboxDirectory directory) {
    this.plan = plan;
    this.uid = uid;
    this.scratch = scratch;
    this.directory = directory;
    this.parent = plan.snapshot().map(SandboxOrigin.Snapshot::layer);
  }

  /**
   * Makes the directory and its files.
   *
   * @param uid who may use them
   * @param scratch directory on disk for what the guest writes
   */
  static SandboxFiles create(Host host, SandboxPlan plan, String id, int uid, Path scratch)
      throws IOException {
    SandboxDirectory directory = host.sparse().get().createDirectory(id, uid);
    SandboxFiles files = new SandboxFiles(plan, uid, scratch, directory);
    files.undo.push(directory::close);
    try {
      files.addMemory();
      if (files.hasDisk()) {
        files.addDisk(host);
      }
      return files;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private void addMemory() throws IOException {
    long bytes = plan.vm().size().memoryBytes();
    PageSource below = parent.map(SnapshotLayer::memory).orElse(PageSource.zeros());
    if (plan.capturable()) {
      writtenMemory = Optional.of(written(below, MEMORY, bytes));
    }
    boolean records = plan.snapshot().map(SandboxOrigin.Snapshot::recordTouches).orElse(false);
    PageSource source = writtenMemory.map(PageSource.class::cast).orElse(below);
    Path file =
        directory.add(
            new SparseFile(MEMORY, uid, bytes, source, records ? touches : FirstTouch.NONE));
    // The kernel takes pages for files it knows only; it knows what is open.
    FileChannel known = FileChannel.open(file);
    undo.push(known::close);
    if (!plan.capturable()) {
      plan.snapshot()
          .flatMap(SandboxOrigin.Snapshot::prefetch)
          .ifPresent(wanted -> {
            Prefetch prefetch = Prefetch.start(directory, MEMORY, wanted);
            undo.push(prefetch::close);
          });
    }
  }

  /** Whether what the guest changes is kept apart. */
  boolean isCapturable() {
    return plan.capturable();
  }

  /** Whether /tmp is here and not a file of its own. */
  boolean hasDisk() {
    return plan.capturable() || isOfFunction(parent);
  }

  private static boolean isOfFunction(Optional<SnapshotLayer> layer) {
    return layer.filter(l -> l.header().kind() == SnapshotHeader.Kind.FUNCTION).isPresent();
  }

  private void addDisk(Host host) throws IOException {
    PageSource below;
    if (isOfFunction(parent)) {
      below = parent.orElseThrow().disk();
    } else {
      TemplatePages empty = DiskTemplate.ofSize(plan.temporaryMb(), host.cacheDirectory()).pages();
      bottomOfDisk = empty.numbers();
      below = empty;
    }
    WrittenPages disk = written(below, Disk.TMP.serial(), GuestImages.DISK_BYTES);
    writtenDisk = Optional.of(disk);
    directory.add(
        new SparseFile(Disk.TMP.serial(), uid, GuestImages.DISK_BYTES, disk, FirstTouch.NONE));
  }

  private WrittenPages written(PageSource below, String name, long bytes) throws IOException {
    WrittenPages pages = new WrittenPages(below, scratch.resolve("written-" + name), bytes);
    undo.push(pages::close);
    return pages;
  }

  /** The directory, to be bound into the jail. */
  Path directory() {
    return directory.path();
  }

  /** The file of the /tmp disk. */
  Path disk() {
    return directory.path().resolve(Disk.TMP.serial());
  }

  /** Pages of memory that reached the server, in order. */
  List<Integer> firstTouches() {
    return touches.pages();
  }

  /** What a stopped VM changed, once its device state is saved. */
  Capture capture(byte[] deviceState) throws IOException {
    WrittenPages memory = writtenMemory.orElseThrow();
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
        plan.vm().size().memoryBytes(),
        memory.pages(),
        memory,
        GuestImages.DISK_BYTES,
        changedDisk,
        disk,
        deviceState);
  }

  /** Has the kernel write what was changed through mappings. */
  private void flush(String file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(directory.path().resolve(file), StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Takes it all away; QEMU must be gone. */
  @Override
  public void close() {
    undo.close();
  }
}
