package thaw.sparsefs;

import static thaw.sparsefs.FuseProtocol.INT;
import static thaw.sparsefs.FuseProtocol.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The sparse file system: a FUSE mount, served by this process, in which every sandbox has a
 * directory of its own and finds the files its snapshot is made of. A page is moved when it is
 * first touched, or when it was prefetched; what is never touched is never moved.
 *
 * <p>Invariants: reads are exactly as large as what was touched (no read-ahead), those of {@link
 * SparseFile#direct} files as large as what was asked for; a page that was read of another stays in
 * the page cache of its own inode, and each sandbox has inodes of its own, so no physical page is
 * shared between two sandboxes, unless it is of a {@link SharedFile}; files are read-only except
 * those made of {@link WrittenPages}.
 *
 * <p>If the server dies, the kernel fails every later touch (SIGBUS in a VM): a VM never sees wrong
 * bytes. Whoever has a directory is told ({@link SandboxDirectory#serverEnded}), and is to end what
 * reads from it. The mount itself must be private to the process (a mount namespace) or be
 * unmounted by the next start: {@link #unmountLeftOver}.
 */
public final class SparseFileSystem implements AutoCloseable {
  private final Path mountPoint;

  /**
   * What this process tells the kernel unasked goes over a device of its own: no answer waits for
   * it, and it stays open when a server thread ends, so that its number is nobody else's.
   */
  private final int notifyFd;

  private final ReentrantReadWriteLock notifying = new ReentrantReadWriteLock();
  private boolean closed;
  private final NodeTable nodes = new NodeTable();
  private final List<Thread> threads = new ArrayList<>();
  private final Set<SandboxDirectory> directories = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final ThreadLocal<Reply> messages =
      ThreadLocal.withInitial(() -> new Reply(Arena.ofAuto()));

  private SparseFileSystem(Path mountPoint, int notifyFd) {
    this.mountPoint = mountPoint;
    this.notifyFd = notifyFd;
  }

  /**
   * Mounts an empty sparse file system.
   *
   * @param mountPoint an existing directory
   * @param serverThreads how many requests are answered at once
   * @throws IOException if /dev/fuse cannot be opened or mounted (that takes root)
   */
  public static SparseFileSystem mount(Path mountPoint, int serverThreads) throws IOException {
    int fd = openDevice();
    String options =
        "fd=" + fd + ",rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions";
    int mounted =
        Libc.mount("thaw", mountPoint.toString(), "fuse", Libc.MS_NOSUID | Libc.MS_NODEV, options);
    if (mounted < 0) {
      Libc.close(fd);
      Libc.check(mounted, "mounting the sparse file system on " + mountPoint);
    }
    SparseFileSystem fileSystem = new SparseFileSystem(mountPoint, cloneOrUnmount(fd, mountPoint));
    try {
      for (int thread = 0; thread < serverThreads; thread++) {
        fileSystem.startThread(thread == 0 ? fd : cloneDevice(fd));
      }
    } catch (IOException e) {
      fileSystem.close();
      throw e;
    }
    return fileSystem;
  }

  /** Detaches a mount whose server is dead, if there is one; says whether there was. */
  public static boolean unmountLeftOver(Path mountPoint) {
    return Libc.umount(mountPoint.toString(), Libc.MNT_DETACH) >= 0;
  }

  public Path mountPoint() {
    return mountPoint;
  }

  /** Makes a sandbox's directory, visible to {@code uid} only. */
  public SandboxDirectory createDirectory(String name, int uid) {
    SandboxDirectory directory = new SandboxDirectory(this, name, nodes.addDirectory(name, uid));
    directories.add(directory);
    if (ended.isDone()) {
      directory.endWithServer();
    }
    return directory;
  }

  void remove(SandboxDirectory directory) {
    directories.remove(directory);
  }

  /** Completes when it serves no more. */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /**
   * A server thread ended: none is to be spared, so that no reader waits for an answer that never
   * comes. Those that wait get errors.
   */
  private void end() {
    if (ended.complete(null)) {
      Libc.umount(mountPoint.toString(), Libc.MNT_FORCE | Libc.MNT_DETACH);
      directories.forEach(SandboxDirectory::endWithServer);
    }
  }

  NodeTable nodes() {
    return nodes;
  }

  Reply startStore(long node, long offset, int bytes) {
    Reply message = messages.get();
    MemorySegment out = message.start(0, FuseProtocol.NOTIFY_STORE, FuseProtocol.STORE_OUT_BYTES);
    out.set(LONG, 0, node);
    out.set(LONG, 8, offset);
    out.set(INT, 16, bytes);
    return message;
  }

  /** Sends a store; the kernel not knowing the node (nobody looked it up yet) is not an error. */
  void sendStore(Reply message) throws IOException {
    int sent = tell(message);
    if (sent < 0 && sent != -Libc.ENOENT) {
      throw new IOException("prefetching failed: errno " + -sent);
    }
  }

  /**
   * Makes a file for several directories. Pages of it that one reader moved are there for all, so
   * that they share physical pages; whoever has one of the directories may read it.
   *
   * @throws IllegalArgumentException if it could be written
   */
  public SharedFile share(SparseFile file) {
    if (file.writable()) {
      throw new IllegalArgumentException("what is written is not shared: " + file.name());
    }
    return new SharedFile(this, nodes.addShared(file));
  }

  /** Makes the kernel drop a name; one that it never knew is no error. */
  void forgetName(long parent, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    Reply message = messages.get();
    MemorySegment out =
        message.start(
            0,
            FuseProtocol.NOTIFY_INVAL_ENTRY,
            FuseProtocol.INVAL_ENTRY_OUT_BYTES + bytes.length + 1);
    out.set(LONG, 0, parent);
    out.set(INT, 8, bytes.length);
    MemorySegment.copy(
        bytes, 0, out, ValueLayout.JAVA_BYTE, FuseProtocol.INVAL_ENTRY_OUT_BYTES, bytes.length);
    tell(message);
  }

  /** Makes the kernel drop the pages of a node; one that it never knew is no error. */
  void forgetPages(long node) {
    Reply message = messages.get();
    MemorySegment out =
        message.start(0, FuseProtocol.NOTIFY_INVAL_INODE, FuseProtocol.INVAL_INODE_OUT_BYTES);
    out.set(LONG, 0, node);
    tell(message);
  }

  private int tell(Reply message) {
    notifying.readLock().lock();
    try {
      return closed ? -Libc.ENODEV : message.send(notifyFd);
    } finally {
      notifying.readLock().unlock();
    }
  }

  /** Unmounts and ends the server threads. Whoever still has files open gets errors. */
  @Override
  public void close() {
    // MNT_FORCE ends the connection even while a jail still holds the mount, so the threads return.
    Libc.umount(mountPoint.toString(), Libc.MNT_FORCE | Libc.MNT_DETACH);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    notifying.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        Libc.close(notifyFd);
      }
    } finally {
      notifying.writeLock().unlock();
    }
  }

  private void startThread(int fd) {
    Thread thread =
        Thread.ofPlatform()
            .name("sparsefs-" + threads.size())
            .daemon()
            .start(() -> {
              try {
                new RequestLoop(fd, nodes).run();
              } finally {
                end();
              }
            });
    threads.add(thread);
  }

  private static int openDevice() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return Libc.check(
          Libc.open(arena.allocateFrom("/dev/fuse"), Libc.O_RDWR | Libc.O_CLOEXEC),
          "opening /dev/fuse");
    }
  }

  private static int cloneOrUnmount(int fd, Path mountPoint) throws IOException {
    try {
      return cloneDevice(fd);
    } catch (IOException e) {
      Libc.umount(mountPoint.toString(), Libc.MNT_FORCE | Libc.MNT_DETACH);
      Libc.close(fd);
      throw e;
    }
  }

  /** A device of its own for a thread, so that threads do not contend for one queue's lock. */
  private static int cloneDevice(int fd) throws IOException {
    int clone = openDevice();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment original = arena.allocate(INT);
      original.set(INT, 0, fd);
      Libc.check(Libc.ioctl(clone, FuseProtocol.DEV_IOC_CLONE, original), "cloning /dev/fuse");
    }
    return clone;
  }
}
