package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.IntStream;
import thaw.sparsefs.PageSource;

/**
 * An open snapshot layer. Its pages, over those of its parents, are the content of a VM's memory
 * and /tmp disk; they are read from disk chunk by chunk when first wanted.
 */
public final class SnapshotLayer implements AutoCloseable {
  private final SnapshotHeader header;
  private final String contentHash;
  private final Optional<SnapshotLayer> parent;
  private final LayerBody body;
  private volatile boolean damaged;

  private SnapshotLayer(
      SnapshotHeader header, String contentHash, Optional<SnapshotLayer> parent, LayerBody body) {
    this.header = header;
    this.contentHash = contentHash;
    this.parent = parent;
    this.body = body;
  }

  static SnapshotLayer open(Path directory, SnapshotKey key, Optional<SnapshotLayer> parent)
      throws IOException {
    Path file = directory.resolve(SnapshotStore.MANIFEST);
    if (Files.size(file) > Manifest.MAX_BYTES) {
      throw new DamagedSnapshotException("the manifest " + file + " is too large");
    }
    byte[] bytes = Files.readAllBytes(file);
    Manifest manifest = Manifest.decode(bytes, key);
    FileChannel chunks = openChunks(directory.resolve(SnapshotStore.CHUNKS));
    if (chunks.size() != (long) manifest.hashes().length * Chunks.CHUNK_BYTES) {
      chunks.close();
      throw new DamagedSnapshotException("the chunks beside " + file + " are cut off");
    }
    String contentHash = HexFormat.of().formatHex(Digests.sha256().digest(bytes));
    return new SnapshotLayer(
        manifest.header(), contentHash, parent, new LocalBody(manifest, chunks));
  }

  /** One in the chunk store; nothing of it was read yet. */
  static SnapshotLayer published(
      PublishedLayers.Description description,
      PublishedBody.Opening opening,
      Optional<SnapshotLayer> parent) {
    return new SnapshotLayer(
        description.header(),
        description.contentHash(),
        parent,
        new PublishedBody(description, opening));
  }

  /** Its access log, if it is one in the chunk store that has any. */
  Optional<PageAccessLog> publishedLog() {
    return body instanceof PublishedBody published ? published.accessLog() : Optional.empty();
  }

  /** Whether it is one in the chunk store whose access log is known; reads nothing. */
  boolean hasPublishedLog() {
    return body instanceof PublishedBody published && published.isLogged();
  }

  /** Begins to bring nearer what a resume wants at once, if it is far, and does not wait. */
  public void fetchAhead() {
    body.loadAhead(true);
  }

  /**
   * Begins to bring nearer the tables of all layers below, if they are far, and does not wait: a
   * page that a resume seldom wants is then found without asking one layer after the other.
   */
  public void fetchTablesBelowAhead() {
    for (Optional<SnapshotLayer> at = parent; at.isPresent(); at = at.get().parent) {
      at.get().body.loadAhead(false);
    }
  }

  private static FileChannel openChunks(Path file) throws IOException {
    try {
      return FileChannel.open(file);
    } catch (NoSuchFileException e) {
      throw new DamagedSnapshotException("the chunks " + file + " are gone", e);
    }
  }

  public SnapshotHeader header() {
    return header;
  }

  /**
   * Hash of everything in this layer, 64 hex digits. A layer above must be bound to it, by its
   * identity: one that is made anew has the same id and other pages.
   */
  public String contentHash() {
    return contentHash;
  }

  /** The VM's memory: this layer's pages over its parents'. */
  public PageSource memory() {
    PageSource own = page -> noting(() -> find(body.memory(), page));
    return parent.map(below -> own.over(belowThis(below.memory()))).orElse(own);
  }

  private PageSource belowThis(PageSource parents) {
    return page -> {
      if (!noting(() -> body.mayBeBelow(page))) {
        return Optional.empty();
      }
      fetchTablesBelowAhead();
      return parents.page(page);
    };
  }

  /** The /tmp disk: this layer's pages over its parents'. */
  public PageSource disk() {
    PageSource own =
        body.diskPages() == 0 ? PageSource.zeros() : page -> noting(() -> find(body.disk(), page));
    return parent.map(below -> own.over(below.disk())).orElse(own);
  }

  /**
   * A read-only disk of those that are resumed from it: pages that they are known to touch come
   * with the layer, if it is one in the chunk store.
   *
   * @param file the disk's number in a page access log
   * @param image the whole disk
   */
  public PageSource readOnlyDisk(int file, PageSource image) {
    if (!(body instanceof PublishedBody)) {
      return image;
    }
    PageSource own =
        page -> noting(() -> find(body.readOnly(), PageAccessLog.entry(file, (int) page)));
    return new PageSource() {
      @Override
      public Optional<MemorySegment> page(long page) throws IOException {
        Optional<MemorySegment> found = own.page(page);
        return found.isPresent() ? found : image.page(page);
      }

      @Override
      public void fetchAhead(IntStream pages) {
        image.fetchAhead(pages.filter(page -> !comesWithThis(file, page)));
      }
    };
  }

  private boolean comesWithThis(int file, int page) {
    try {
      return body.readOnly().slot(PageAccessLog.entry(file, page)) != PageTable.NO_SLOT;
    } catch (IOException e) {
      return false; // whoever reads a page will be told
    }
  }

  /** Whether it, or a parent, holds anything of a /tmp disk: whether one was mounted. */
  public boolean hasDisk() {
    return body.diskPages() > 0 || parent.map(SnapshotLayer::hasDisk).orElse(false);
  }

  /** The VMM's device state. */
  public byte[] deviceState() throws IOException {
    return noting(this::readDeviceState);
  }

  private byte[] readDeviceState() throws IOException {
    byte[] state = new byte[body.stateBytes()];
    for (int at = 0; at < state.length; at += PageSource.PAGE_BYTES) {
      MemorySegment page = body.page(body.stateSlot() + at / PageSource.PAGE_BYTES);
      MemorySegment.copy(
          page,
          ValueLayout.JAVA_BYTE,
          0,
          state,
          at,
          Math.min(PageSource.PAGE_BYTES, state.length - at));
    }
    return state;
  }

  /** How many pages of memory and disk this layer holds itself. */
  public int ownPages() {
    return body.ownPages();
  }

  int ownDiskPages() {
    return body.diskPages();
  }

  PageTable ownMemory() throws IOException {
    return body.memory();
  }

  /** The pages of memory that are not zero in the parents. */
  BitSet memoryBelow() throws IOException {
    return parent.isPresent() ? parent.get().memoryPages() : new BitSet();
  }

  private BitSet memoryPages() throws IOException {
    BitSet pages = memoryBelow();
    body.memory().forEach((page, slot) -> pages.set(page, slot != PageTable.ZERO_SLOT));
    return pages;
  }

  PageTable ownDisk() throws IOException {
    return body.disk();
  }

  /** Plaintext of this layer that is in memory now, bytes. */
  public long residentBytes() {
    return body.residentBytes();
  }

  /**
   * Whether a page of it, or of a parent, turned out not to be what was written: whoever was
   * resumed from it may have died of that, and it is to be deleted and made again.
   */
  public boolean damaged() {
    return damaged || parent.map(SnapshotLayer::damaged).orElse(false);
  }

  /**
   * Whether what could not be read of it last, or of a parent, was only out of reach: the layer is
   * as good as ever once the origin of the chunk store answers again.
   */
  public boolean unreachable() {
    return body.unreachable() || parent.map(SnapshotLayer::unreachable).orElse(false);
  }

  private Optional<MemorySegment> find(PageTable table, long page) throws IOException {
    int slot = table.slot(page);
    return switch (slot) {
      case PageTable.NO_SLOT -> Optional.empty();
      case PageTable.ZERO_SLOT -> Optional.of(PageSource.ZERO_PAGE);
      default -> Optional.of(body.page(slot));
    };
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  /** Reads something, and notes if that turns out not to be what was written. */
  private <T> T noting(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (DamagedSnapshotException e) {
      damaged = true;
      throw e;
    }
  }

  /** Frees its memory. Nothing may read its pages any more; its parent stays open. */
  @Override
  public void close() throws IOException {
    body.close();
  }
}
