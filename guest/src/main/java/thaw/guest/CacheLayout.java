package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Where things are in the cache directory (docs/guest-images.md).
 *
 * @param cache its path
 */
record CacheLayout(Path cache) {
  static final String KERNEL = "vmlinux";
  static final String INITRAMFS = "initramfs.cpio";
  static final String ROOT = "root.erofs";
  static final String RUNTIMES = "runtimes";
  static final String EROFS = ".erofs";
  static final String LOCK = "packages.lock";
  static final String SUMMARY = ".sha256";

  Path packages() {
    return cache.resolve("packages");
  }

  Path packageList(String resolutionKey) {
    return cache.resolve("lists").resolve(resolutionKey + ".lock");
  }

  Path images() {
    return cache.resolve("images");
  }

  Path set(String identity) {
    return images().resolve(identity);
  }

  /** Says which set a recipe and agent led to: its content is the set's identity. */
  Path pointer(String inputsKey) {
    return cache.resolve("current").resolve(inputsKey);
  }

  /** Where the one build at a time works. On the images' own file system, so that it can rename. */
  Path building() {
    return cache.resolve("building");
  }

  Path buildLock() {
    return cache.resolve("build.lock");
  }

  static String runtimeFile(String runtime) {
    return RUNTIMES + "/" + runtime + EROFS;
  }

  /** The set of that identity, if it is there, with the runtimes that are built. */
  Optional<GuestImages> find(String identity) throws IOException {
    Path set = set(identity);
    if (!Files.isDirectory(set)) {
      return Optional.empty();
    }
    SortedMap<String, Path> runtimes = new TreeMap<>();
    try (Stream<Path> list = Files.list(set.resolve(RUNTIMES))) {
      for (Path image : list.toList()) {
        String name = image.getFileName().toString();
        if (name.endsWith(EROFS) && !name.startsWith(".")) {
          runtimes.put(name.substring(0, name.length() - EROFS.length()), image);
        }
      }
    }
    return Optional.of(
        new GuestImages(
            set.resolve(KERNEL), set.resolve(INITRAMFS), set.resolve(ROOT), runtimes, identity));
  }

  /** The set that {@code inputsKey} last led to, if it is there. */
  Optional<GuestImages> current(String inputsKey) throws IOException {
    Path pointer = pointer(inputsKey);
    return Files.exists(pointer) ? find(Files.readString(pointer).strip()) : Optional.empty();
  }
}
