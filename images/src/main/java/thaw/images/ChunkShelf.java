package thaw.images;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.chunks.ChunkedFile;
import thaw.chunks.DamagedException;
import thaw.chunks.Disks;
import thaw.chunks.ManifestIndex;
import thaw.chunks.ManifestIndex.Entry;
import thaw.chunks.ManifestIndex.Kind;
import thaw.chunks.Upload;

/** Disks in the chunk store, whose chunks come when a page of them is first wanted. */
final class ChunkShelf implements DiskShelf {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkShelf.class);

  /** Names of others stand in the same index. */
  private static final String PREFIX = "image-";

  /** What stands in the index beside a disk that this version of Thaw reads, before its origin. */
  private static final String LAYOUT = "image " + Flattener.LAYOUT + " ";

  /** The same of one with a damaged chunk: it is made anew, without sharing chunks. */
  private static final String DAMAGED = "damaged ";

  private static final int OPEN_MOST = 1024;

  private final Disks disks;
  private final ManifestIndex index;
  private final Map<String, ChunkedFile> open =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ChunkedFile> eldest) {
          return size() > OPEN_MOST;
        }
      };

  ChunkShelf(Disks disks, ManifestIndex index) {
    this.disks = disks;
    this.index = index;
  }

  private Optional<Entry> entry(String name) throws IOException {
    return index.find(Kind.DISK, PREFIX + name);
  }

  /** What a disk was made of, if it is to be made anew. */
  Optional<String> damagedOrigin(String name) throws IOException {
    return entry(name)
        .filter(entry -> entry.details().startsWith(DAMAGED))
        .map(entry -> entry.details().substring(DAMAGED.length()));
  }

  @Override
  public boolean has(String name) throws IOException {
    return file(name).isPresent();
  }

  /** A page of a disk that is there; empty if it is all zeros. */
  Optional<MemorySegment> page(String name, ChunkedFile file, long page) throws IOException {
    try {
      return file.page(page);
    } catch (DamagedException e) {
      damaged(name);
      throw e;
    }
  }

  Optional<ChunkedFile> file(String name) throws IOException {
    synchronized (open) {
      ChunkedFile known = open.get(name);
      if (known != null) {
        return Optional.of(known);
      }
    }
    Optional<Entry> entry = entry(name).filter(e -> e.details().startsWith(LAYOUT));
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<ChunkedFile> file = disks.open(account(name), entry.get().manifest());
      synchronized (open) {
        file.ifPresent(found -> open.put(name, found));
      }
      return file;
    } catch (DamagedException e) {
      LOG.warn("The disk of the image {} is to be made anew: {}", name, e.getMessage());
      damaged(name);
      return Optional.empty();
    }
  }

  private static String account(String name) {
    return name.substring(0, name.indexOf('-'));
  }

  private void damaged(String name) {
    LOG.error("The disk of the image {} is damaged where it is kept", name);
    synchronized (open) {
      open.remove(name);
    }
    try {
      Optional<Entry> entry = entry(name).filter(e -> e.details().startsWith(LAYOUT));
      if (entry.isPresent()) {
        String origin = entry.get().details().substring(LAYOUT.length());
        index.put(Kind.DISK, PREFIX + name, new Entry(entry.get().manifest(), DAMAGED + origin));
      }
    } catch (IOException e) {
      LOG.error("That the disk of the image {} is damaged could not be noted", name, e);
    }
  }

  @Override
  public void put(String name, String origin, Writer writer) throws IOException {
    Disks.Content content = upload -> writer.writeTo(new ToChunks(upload));
    try (Disks.Stored stored =
        damagedOrigin(name).isPresent()
            ? disks.storeAnew(account(name), name, content)
            : disks.store(account(name), name, content)) {
      index.put(Kind.DISK, PREFIX + name, new Entry(stored.id(), LAYOUT + origin));
    }
  }

  @Override
  public Set<String> names() throws IOException {
    return index.all(Kind.DISK).keySet().stream()
        .filter(name -> name.startsWith(PREFIX))
        .map(name -> name.substring(PREFIX.length()))
        .collect(Collectors.toSet());
  }

  @Override
  public void remove(String name) throws IOException {
    synchronized (open) {
      open.remove(name);
    }
    index.remove(Kind.DISK, PREFIX + name);
  }

  /** Zeros are kept back: what a disk ends with need not be written. */
  private static final class ToChunks implements DiskSink {
    private final Upload upload;
    private long zeros;

    ToChunks(Upload upload) {
      this.upload = upload;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      if (zeros > 0) {
        upload.writeZeros(zeros);
        zeros = 0;
      }
      upload.write(bytes, offset, count);
    }

    @Override
    public void writeZeros(long count) {
      zeros += count;
    }
  }
}
