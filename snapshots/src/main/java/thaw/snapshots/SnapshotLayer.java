package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import thaw.sparsefs.PageSource;

/**
 * An open snapshot layer. Its pages, over those of its parents, are the content of a VM's memory
 * and /tmp disk; they are read from disk chunk by chunk when first wanted.
 */
public final class SnapshotLayer implements AutoCloseable {
  private final Manifest manifest;
  private final String contentHash;
  private final Optional<SnapshotLayer> parent;
  private final FileChannel file;
  private final Arena arena = Arena.ofShared();
  private final Chunks chunks;
  private volatile boolean damaged;

  private SnapshotLayer(
      Manifest manifest, String contentHash, Optional<SnapshotLayer> parent, FileChannel file) {
    this.manifest = manifest;
    this.contentHash = contentHash;
    this.parent = parent;
    this.file = file;
    chunks = new Chunks(file, manifest.keys(), manifest.hashes(), arena);
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
    return new SnapshotLayer(manifest, contentHash, parent, chunks);
  }

  private static FileChannel openChunks(Path file) throws IOException {
    try {
      return FileChannel.open(file);
    } catch (NoSuchFileException e) {
      throw new DamagedSnapshotException("the chunks " + file + " are gone", e);
    }
  }

  public SnapshotHeader header() {
    return manifest.header();
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
    PageSource own = page -> find(manifest.memory(), page);
    return parent.map(below -> own.over(below.memory())).orElse(own);
  }

  /** The /tmp disk: this layer's pages over its parents'. */
  public PageSource disk() {
    PageSource own = page -> find(manifest.disk(), page);
    return parent.map(below -> own.over(below.disk())).orElse(own);
  }

  /** Whether it, or a parent, holds anything of a /tmp disk: whether one was mounted. */
  public boolean hasDisk() {
    return manifest.disk().count() > 0 || parent.map(SnapshotLayer::hasDisk).orElse(false);
  }

  /** The VMM's device state. */
  public byte[] deviceState() throws IOException {
    byte[] state = new byte[manifest.stateBytes()];
    for (int at = 0; at < state.length; at += PageSource.PAGE_BYTES) {
      MemorySegment page = verified(manifest.stateSlot() + at / PageSource.PAGE_BYTES);
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
    return manifest.memory().count() + manifest.disk().count();
  }

  /** Plaintext of this layer that is in memory now, bytes. */
  public long residentBytes() {
    return chunks.residentBytes();
  }

  /**
   * Whether a page of it, or of a parent, turned out not to be what was written: whoever was
   * resumed from it may have died of that, and it is to be deleted and made again.
   */
  public boolean damaged() {
    return damaged || parent.map(SnapshotLayer::damaged).orElse(false);
  }

  private Optional<MemorySegment> find(PageTable table, long page) throws IOException {
    int slot = table.slot(page);
    return switch (slot) {
      case PageTable.NO_SLOT -> Optional.empty();
      case PageTable.ZERO_SLOT -> Optional.of(PageSource.ZERO_PAGE);
      default -> Optional.of(verified(slot));
    };
  }

  private MemorySegment verified(int slot) throws IOException {
    try {
      return chunks.page(slot);
    } catch (DamagedSnapshotException e) {
      damaged = true;
      throw e;
    }
  }

  /** Frees its memory. Nothing may read its pages any more; its parent stays open. */
  @Override
  public void close() throws IOException {
    arena.close();
    file.close();
  }
}
