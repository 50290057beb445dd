package thaw.jail;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.sparsefs.SparseFileSystem;

/**
 * What one running driver owns on this host, under a random name: a directory below the run
 * directory, and one for disks. The name is its own as long as it holds the lock in the first;
 * whatever bears the name of an instance whose lock nobody holds is left over and is removed by the
 * next one to open.
 */
public final class Instance implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Instance.class);
  private static final String LOCK = "lock";
  private static final String DISKS_LINK = "disks";
  private static final String CONTAINER_PREFIX = "thaw-";

  /**
   * Taken while an instance is made or swept: a directory whose lock is not yet held is not dead.
   */
  private static final ReentrantLock OPENING = new ReentrantLock();

  private final String name;
  private final Path directory;
  private final Path disks;
  private final Lock lock;
  private final InstanceControlGroup controlGroup;
  private final AtomicLong sandboxes = new AtomicLong();

  private Instance(
      String name, Path directory, Path disks, Lock lock, InstanceControlGroup controlGroup) {
    this.name = name;
    this.directory = directory;
    this.disks = disks;
    this.lock = lock;
    this.controlGroup = controlGroup;
  }

  /** Removes what dead instances left, then makes a new one. */
  public static Instance open(Path runDirectory, Path diskDirectory) throws IOException {
    Path instances = Files.createDirectories(runDirectory.resolve("instances"));
    Files.createDirectories(diskDirectory);
    OPENING.lock();
    try (Lock opening = Lock.take(runDirectory.resolve("opening"))) {
      log.trace("holding {}", opening);
      sweep(instances, diskDirectory);
      byte[] random = new byte[4];
      new SecureRandom().nextBytes(random);
      String name = HexFormat.of().formatHex(random);
      Path directory = Files.createDirectory(instances.resolve(name));
      Lock lock =
          Lock.tryTake(directory.resolve(LOCK))
              .orElseThrow(() -> new IOException(directory + " is locked, though new"));
      Path disks = Files.createDirectory(diskDirectory.toAbsolutePath().resolve(name));
      Files.createDirectory(runcState(directory));
      Files.createSymbolicLink(directory.resolve(DISKS_LINK), disks);
      return new Instance(
          name, directory, disks, lock, InstanceControlGroup.keep(CONTAINER_PREFIX + name));
    } finally {
      OPENING.unlock();
    }
  }

  private static void sweep(Path instances, Path diskDirectory) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(instances)) {
      for (Path directory : all) {
        Optional<Lock> dead = Lock.tryTake(directory.resolve(LOCK));
        if (dead.isPresent()) {
          try (Lock held = dead.get()) {
            log.trace("holding {}", held);
            remove(directory);
          }
        }
      }
    }
    // After the host restarted, the run directory is empty and only disks are left.
    try (DirectoryStream<Path> all = Files.newDirectoryStream(diskDirectory)) {
      for (Path disks : all) {
        if (!Files.exists(instances.resolve(disks.getFileName()))) {
          Trees.delete(disks);
        }
      }
    }
  }

  private static void remove(Path directory) throws IOException {
    log.info("removing what a Thaw that was killed left in {}", directory);
    if (Files.isDirectory(runcState(directory))) {
      try (DirectoryStream<Path> jails = Files.newDirectoryStream(runcState(directory))) {
        for (Path jail : jails) {
          Jail.remove(runcState(directory), jail.getFileName().toString());
        }
      }
    }
    InstanceControlGroup.remove(CONTAINER_PREFIX + directory.getFileName());
    SparseFileSystem.unmountLeftOver(sparse(directory));
    Path disks = directory.resolve(DISKS_LINK);
    if (Files.isSymbolicLink(disks)) {
      Trees.delete(Files.readSymbolicLink(disks));
    }
    Trees.delete(directory);
  }

  private static Path sparse(Path directory) {
    return directory.resolve("sparse");
  }

  /** Where its sparse file system is mounted. */
  public Path sparse() {
    return sparse(directory);
  }

  private static Path runcState(Path directory) {
    return directory.resolve("runc");
  }

  /** A name for a sandbox, unique on this host. */
  public String nextSandboxId() {
    return controlGroupName() + "-" + sandboxes.incrementAndGet();
  }

  /** Name of the control group in which those of all its sandboxes are. */
  public String controlGroupName() {
    return CONTAINER_PREFIX + name;
  }

  /** Where runc keeps the state of this instance's jails. */
  public Path runcState() {
    return runcState(directory);
  }

  /** A new directory for a sandbox's sockets and bundle. */
  public Path createRunDirectory(String sandboxId) throws IOException {
    return Files.createDirectory(directory.resolve(sandboxId));
  }

  /** A new directory for a sandbox's own disks. */
  public Path createDiskDirectory(String sandboxId) throws IOException {
    return Files.createDirectory(disks.resolve(sandboxId));
  }

  /** Removes all of it; its sandboxes must be gone. */
  @Override
  public void close() throws IOException {
    controlGroup.close();
    Trees.delete(disks);
    Trees.delete(directory);
    lock.close();
  }
}
