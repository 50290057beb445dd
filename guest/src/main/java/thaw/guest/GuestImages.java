package thaw.guest;

import java.nio.file.Path;
import java.util.Map;

/**
 * A built set of guest images.
 *
 * @param kernel uncompressed ELF kernel with a PVH entry
 * @param initramfs cpio with the agent as /init and the kernel modules
 * @param root read-only erofs base image
 * @param runtimes read-only erofs image per runtime, laid over root
 * @param identity hash of recipe and resolved packages: what a snapshot is bound to
 */
public record GuestImages(
    Path kernel, Path initramfs, Path root, Map<String, Path> runtimes, String identity) {
  public GuestImages {
    runtimes = Map.copyOf(runtimes);
  }
}
