package thaw.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import thaw.jail.Bind;
import thaw.jail.CloseStack;

/**
 * Read-only images, each mounted once for all sandboxes that use it, so that they share its pages;
 * unmounted with its last user.
 */
final class SharedMounts {
  private final MountNamespace namespace;
  private final Path directory;
  private final Map<String, Shared> mounts = new HashMap<>();
  private int made;

  /** A mount and how many use it. */
  private static final class Shared {
    final Path target;
    int users;

    Shared(Path target) {
      this.target = target;
    }
  }

  private interface Mounting {
    void on(Path target) throws IOException;
  }

  /**
   * @param directory where mount points are made
   */
  SharedMounts(MountNamespace namespace, Path directory) {
    this.namespace = namespace;
    this.directory = directory;
  }

  /** An erofs image's tree, until {@code user} is closed. */
  Path image(Path image, CloseStack user) throws IOException {
    Bind.readOnly(image, "/").requireReadable();
    return take(
        image.toString(),
        user,
        target -> namespace.mount("erofs", "ro,loop,nosuid,nodev", image.toString(), target));
  }

  /** Trees laid over each other, the first on top, until {@code user} is closed. */
  Path overlay(CloseStack user, List<Path> trees) throws IOException {
    StringBuilder lower = new StringBuilder("lowerdir=");
    for (int i = 0; i < trees.size(); i++) {
      lower.append(i == 0 ? "" : ":").append(trees.get(i));
    }
    return take(
        lower.toString(),
        user,
        target -> namespace.mount("overlay", "ro,nosuid,nodev," + lower, "overlay", target));
  }

  private synchronized Path take(String key, CloseStack user, Mounting mounting)
      throws IOException {
    Shared shared = mounts.get(key);
    if (shared == null) {
      Path target = Files.createDirectory(directory.resolve(Integer.toString(++made)));
      try {
        mounting.on(target);
      } catch (IOException e) {
        Files.delete(target);
        throw e;
      }
      shared = new Shared(target);
      mounts.put(key, shared);
    }
    shared.users++;
    user.push(() -> giveBack(key));
    return shared.target;
  }

  private synchronized void giveBack(String key) throws IOException {
    Shared shared = mounts.get(key);
    if (shared != null && --shared.users == 0) {
      mounts.remove(key);
      namespace.unmount(shared.target);
      Files.delete(shared.target);
    }
  }
}
