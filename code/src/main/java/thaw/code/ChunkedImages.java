package thaw.code;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.chunks.ChunkedFile;
import thaw.chunks.DamagedException;
import thaw.chunks.Disks;
import thaw.chunks.ManifestIndex;
import thaw.chunks.ManifestIndex.Entry;
import thaw.chunks.ManifestIndex.Kind;

/**
 * The disk images of code in the chunk store. The database knows their manifests; what is not there
 * is made from the packages again.
 */
public final class ChunkedImages {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkedImages.class);

  /** What stands in the database beside an image that this version of Thaw reads. */
  private static final String LAYOUT = "erofs " + ImageMarker.LAYOUT;

  /** Beside one of which a chunk is damaged where it is kept: it is made without sharing chunks. */
  private static final String DAMAGED = "damaged";

  private static final int OPEN_MOST = 1024;

  private final Disks disks;
  private final ManifestIndex index;
  private final String account;
  private final Map<String, ChunkedImage> open =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ChunkedImage> eldest) {
          return size() > OPEN_MOST;
        }
      };

  /**
   * @param account the domain in which chunks of code are shared
   */
  public ChunkedImages(Disks disks, ManifestIndex index, String account) {
    this.disks = disks;
    this.index = index;
    this.account = account;
  }

  /** The image if it is open already. */
  Optional<ChunkedImage> ready(String name) {
    synchronized (open) {
      return Optional.ofNullable(open.get(name));
    }
  }

  /** The image, made if there is none. To be called by one thread at a time per name. */
  ChunkedImage get(String name, ImageShelf.Source source) throws IOException {
    Optional<ChunkedImage> ready = ready(name);
    if (ready.isPresent()) {
      return ready.get();
    }
    Optional<Entry> known = index.find(Kind.DISK, name);
    Optional<ChunkedFile> file = known.isPresent() ? existing(name, known.get()) : Optional.empty();
    ChunkedImage image =
        opened(
            name,
            file.isPresent()
                ? file.get()
                : make(name, source, known.filter(e -> e.details().equals(DAMAGED)).isPresent()));
    synchronized (open) {
      open.put(name, image);
    }
    return image;
  }

  private Optional<ChunkedFile> existing(String name, Entry entry) throws IOException {
    if (!entry.details().equals(LAYOUT)) {
      return Optional.empty();
    }
    try {
      return disks.open(account, entry.manifest());
    } catch (DamagedException e) {
      LOG.warn("The disk image {} is made anew: {}", name, e.getMessage());
      return Optional.empty();
    }
  }

  private ChunkedFile make(String name, ImageShelf.Source source, boolean damagedBefore)
      throws IOException {
    Disks.Content content =
        disk -> {
          try (Archives archives = source.open()) {
            ErofsImage.write(archives, disk);
          }
        };
    try (Disks.Stored stored =
        damagedBefore
            ? disks.storeAnew(account, name, content)
            : disks.store(account, name, content)) {
      index.put(Kind.DISK, name, new Entry(stored.id(), LAYOUT));
      return disks
          .open(account, stored.id())
          .orElseThrow(() -> new IOException("the disk image " + name + " is gone again"));
    }
  }

  private ChunkedImage opened(String name, ChunkedFile file) {
    return new ChunkedImage(file, () -> damaged(name));
  }

  /** Has it made anew when it is next wanted. */
  private void damaged(String name) {
    LOG.error("The disk image {} is damaged where it is kept; it will be made anew", name);
    synchronized (open) {
      open.remove(name);
    }
    try {
      Optional<Entry> entry = index.find(Kind.DISK, name);
      if (entry.isPresent()) {
        index.put(Kind.DISK, name, new Entry(entry.get().manifest(), DAMAGED));
      }
    } catch (IOException e) {
      LOG.error("That the disk image {} is damaged could not be noted", name, e);
    }
  }

  /** Names of all images that there are. */
  Set<String> names() throws IOException {
    return index.all(Kind.DISK).keySet();
  }

  void remove(String name) throws IOException {
    synchronized (open) {
      open.remove(name);
    }
    index.remove(Kind.DISK, name);
  }
}
