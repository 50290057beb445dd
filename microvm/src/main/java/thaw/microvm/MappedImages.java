package thaw.microvm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import thaw.sparsefs.PageSource;

/**
 * Disk images as pages. Each is mapped once, however many sandboxes have it; what a sandbox reads
 * is copied to it, so the mapping is this process's alone.
 */
final class MappedImages {
  private final Map<Path, Image> images = new HashMap<>();

  private static final class Image {
    final Arena arena = Arena.ofShared();
    final MemorySegment content;
    int users;

    Image(Path file) throws IOException {
      try (FileChannel channel = FileChannel.open(file)) {
        content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      }
      if (content.byteSize() % PageSource.PAGE_BYTES != 0) {
        arena.close();
        throw new IOException(file + " does not end with a page");
      }
    }

    Optional<MemorySegment> page(long page) {
      long offset = page * PageSource.PAGE_BYTES;
      return offset < content.byteSize()
          ? Optional.of(content.asSlice(offset, PageSource.PAGE_BYTES))
          : Optional.empty();
    }
  }

  /** An image in use: give it back when nobody reads it any more. */
  record Lease(PageSource pages, Runnable giveBack) implements AutoCloseable {
    @Override
    public void close() {
      giveBack.run();
    }
  }

  /** The pages of an image; beyond its end all are zero. */
  synchronized Lease take(Path file) throws IOException {
    Image image = images.get(file);
    if (image == null) {
      image = new Image(file);
      images.put(file, image);
    }
    image.users++;
    return new Lease(image::page, () -> giveBack(file));
  }

  private synchronized void giveBack(Path file) {
    Image image = images.get(file);
    if (image != null && --image.users == 0) {
      images.remove(file);
      image.arena.close();
    }
  }
}
