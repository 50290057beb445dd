package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * A built set of guest images.
 *
 * @param kernel uncompressed ELF kernel with a PVH entry
 * @param initramfs cpio with the agent as /init and the kernel modules
 * @param root read-only erofs base image, a file of {@link #DISK_BYTES}
 * @param runtimes read-only erofs image per runtime, laid over root, each of {@link #DISK_BYTES}
 * @param identity hash of recipe, agent and resolved packages: what a snapshot is bound to
 */
public record GuestImages(
    Path kernel, Path initramfs, Path root, Map<String, Path> runtimes, String identity) {

  /**
   * The size that every disk of a guest shows, whatever is in it (the files are sparse): a guest
   * keeps the capacity it saw when it was frozen, and what it thaws with may be larger.
   */
  public static final long DISK_BYTES = 16L << 30;

  static final String BOOT_TESTED = "boot-tested";

  public GuestImages {
    runtimes = Map.copyOf(runtimes);
  }

  /** Whether a VM of these images has come up on this machine. */
  public boolean bootTested() {
    return Files.exists(kernel.resolveSibling(BOOT_TESTED));
  }

  /** Notes that a VM of these images came up, so that nobody has to try again. */
  public void markBootTested() throws IOException {
    Durable.write(kernel.resolveSibling(BOOT_TESTED), Instant.now() + "\n");
  }
}
