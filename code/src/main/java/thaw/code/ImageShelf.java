package thaw.code;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk images of the code store: made when missing, checked when first used, made anew if
 * damaged.
 */
final class ImageShelf {
  /**
   * Every image is as large as the device the guest sees, whatever it holds; the rest is a hole.
   */
  static final long VIRTUAL_BYTES = 16L << 30;

  private static final String IMAGE = ".erofs";
  private static final Logger LOG = LoggerFactory.getLogger(ImageShelf.class);

  private final Path directory;
  private final Path temporary;
  private final Set<String> checked = ConcurrentHashMap.newKeySet();

  ImageShelf(Path directory, Path temporary) {
    this.directory = directory;
    this.temporary = temporary;
  }

  /** Opens the archives an image is made of. */
  @FunctionalInterface
  interface Source {
    Archives open() throws IOException;
  }

  /** The image if it is there and was found whole before; looks at its size only. */
  Optional<Path> ready(String name) throws IOException {
    Path image = image(name);
    return checked.contains(name) && Files.exists(image) && Files.size(image) == VIRTUAL_BYTES
        ? Optional.of(image)
        : Optional.empty();
  }

  /** The image, made if it is missing or damaged. To be called by one thread at a time per name. */
  Path get(String name, Source source) throws IOException {
    Optional<Path> ready = ready(name);
    if (ready.isPresent()) {
      return ready.get();
    }
    Path image = image(name);
    Optional<ImageMarker> marker = ImageMarker.read(marker(name));
    if (marker.isEmpty() || !marker.get().matches(image, VIRTUAL_BYTES)) {
      if (marker.isPresent()) {
        LOG.warn("The disk image {} is damaged or missing; it is made anew", image);
      }
      make(name, source);
    }
    checked.add(name);
    return image;
  }

  /** The names of all images that are there. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> images = Files.newDirectoryStream(directory, "*" + IMAGE)) {
      for (Path image : images) {
        String fileName = String.valueOf(image.getFileName());
        names.add(fileName.substring(0, fileName.length() - IMAGE.length()));
      }
    }
    return names;
  }

  void remove(String name) throws IOException {
    checked.remove(name);
    Files.deleteIfExists(marker(name));
    Files.deleteIfExists(image(name));
  }

  private void make(String name, Source source) throws IOException {
    remove(name);
    MessageDigest digest = Sha256.digest();
    long[] bytes = {0};
    try (Archives archives = source.open()) {
      DurableFile.write(
          image(name),
          temporary,
          VIRTUAL_BYTES,
          out -> {
            OutputStream counted = new DigestOutputStream(out, digest);
            bytes[0] = ErofsImage.write(archives, counted);
          });
    }
    new ImageMarker(ImageMarker.LAYOUT, bytes[0], Sha256.hex(digest.digest()))
        .writeTo(marker(name), temporary);
  }

  private Path image(String name) {
    return directory.resolve(name + IMAGE);
  }

  private Path marker(String name) {
    return directory.resolve(name + ".sum");
  }
}
