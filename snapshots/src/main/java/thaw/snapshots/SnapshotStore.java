package thaw.snapshots;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import thaw.sparsefs.PageSource;

/**
 * The snapshot layers on disk: a directory each, named by the layer's id, with a manifest and its
 * chunks. A layer appears by one rename, whole and synced, or not at all.
 */
public final class SnapshotStore {
  static final String MANIFEST = "manifest";
  static final String CHUNKS = "chunks";

  private static final String DRAFT_PREFIX = ".draft-";

  /** A layer that is being replaced, until the new one is in its place. */
  private static final String REPLACED_PREFIX = ".old-";

  private final Path directory;

  private SnapshotStore(Path directory) {
    this.directory = directory;
  }

  /** For looking into a store that another process may be writing to; it may be missing. */
  public static SnapshotStore readOnly(Path directory) {
    return new SnapshotStore(directory);
  }

  /** Opens a store, making it if it is missing; what a crash left half-written is deleted. */
  public static SnapshotStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (name.startsWith(DRAFT_PREFIX)) {
          DurableFiles.deleteDirectory(entry);
        } else if (name.startsWith(REPLACED_PREFIX)) {
          putBack(entry, directory.resolve(name.substring(REPLACED_PREFIX.length())));
        }
      }
    }
    return new SnapshotStore(directory);
  }

  /** A replacement that a crash cut short: the old layer stays unless the new one is there. */
  private static void putBack(Path replaced, Path layer) throws IOException {
    if (Files.exists(layer)) {
      DurableFiles.deleteDirectory(replaced);
    } else {
      Files.move(replaced, layer, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Whether a layer is there; it may still turn out to be damaged when it is opened. */
  public boolean contains(String id) {
    return Files.exists(directory.resolve(id).resolve(MANIFEST));
  }

  /**
   * Opens a layer.
   *
   * @param parent its parent, open; the layer must not outlive it
   * @return empty if there is none
   * @throws DamagedSnapshotException if it is not what was written, or the key is another
   */
  public Optional<SnapshotLayer> open(String id, SnapshotKey key, Optional<SnapshotLayer> parent)
      throws IOException {
    if (!contains(id)) {
      return Optional.empty();
    }
    SnapshotLayer layer = SnapshotLayer.open(directory.resolve(id), key, parent);
    Optional<String> expected = parent.map(below -> below.header().id());
    if (!layer.header().id().equals(id) || !layer.header().parent().equals(expected)) {
      layer.close();
      throw new DamagedSnapshotException("the layer in " + directory.resolve(id) + " is another");
    }
    return Optional.of(layer);
  }

  /** Writes a layer. If another capture of the same layer was quicker, that one stays. */
  public void write(LayerDraft draft, SnapshotKey key) throws IOException {
    Path written = prepare(draft, key);
    if (contains(draft.header().id())) {
      DurableFiles.deleteDirectory(written);
    } else {
      publish(written, draft.header().id());
    }
  }

  /**
   * Writes a layer where nobody finds it, whole and durable.
   *
   * @return what to {@link #publish}
   */
  Path prepare(LayerDraft draft, SnapshotKey key) throws IOException {
    Path temporary = Files.createDirectory(directory.resolve(DRAFT_PREFIX + UUID.randomUUID()));
    boolean done = false;
    try {
      Manifest manifest = writeChunks(draft, temporary.resolve(CHUNKS));
      DurableFiles.write(temporary.resolve(MANIFEST), manifest.encode(key));
      DurableFiles.syncDirectory(temporary);
      done = true;
      return temporary;
    } finally {
      if (!done) {
        DurableFiles.deleteDirectory(temporary);
      }
    }
  }

  /**
   * Puts what {@link #prepare} wrote in its place, instead of an older layer of the same id, which
   * is deleted only then: whatever happens in between, there is one of the two.
   */
  synchronized void publish(Path written, String id) throws IOException {
    Path layer = directory.resolve(id);
    Path replaced = directory.resolve(REPLACED_PREFIX + id);
    boolean replaces = Files.exists(layer);
    boolean done = false;
    try {
      if (replaces) {
        DurableFiles.deleteDirectory(replaced);
        Files.move(layer, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(written, layer, StandardCopyOption.ATOMIC_MOVE);
      done = true;
    } finally {
      if (!done) {
        if (!Files.exists(layer) && Files.exists(replaced)) {
          Files.move(replaced, layer, StandardCopyOption.ATOMIC_MOVE);
        }
        DurableFiles.deleteDirectory(written);
      }
    }
    DurableFiles.syncDirectory(directory);
    DurableFiles.deleteDirectory(replaced);
  }

  /** A layer's page access log, if its resumes have been recorded. */
  public Optional<PageAccessLog> accessLog(String id) throws IOException {
    return PageAccessLog.read(directory.resolve(id));
  }

  /** Keeps a layer's page access log beside it. */
  public void writeAccessLog(String id, PageAccessLog log) throws IOException {
    log.write(directory.resolve(id));
  }

  /** Removes a layer; no effect if it is not there. It is gone at once, never in parts. */
  public synchronized void delete(String id) throws IOException {
    Path doomed = directory.resolve(DRAFT_PREFIX + UUID.randomUUID());
    try {
      Files.move(directory.resolve(id), doomed, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return;
    }
    DurableFiles.syncDirectory(directory);
    DurableFiles.deleteDirectory(doomed);
  }

  /**
   * What a layer says of itself, read without its key and so not authenticated: for lists and for
   * finding what is to be deleted.
   *
   * @return empty if there is none that can be read
   */
  public Optional<SnapshotHeader> header(String id) throws IOException {
    Path file = directory.resolve(id).resolve(MANIFEST);
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(Manifest.readHeader(in));
    } catch (NoSuchFileException | DamagedSnapshotException e) {
      return Optional.empty();
    }
  }

  /**
   * Hash of everything in a layer, as {@link SnapshotLayer#contentHash} has it.
   *
   * @return empty if there is none
   */
  public Optional<String> contentHash(String id) throws IOException {
    try {
      byte[] manifest = Files.readAllBytes(directory.resolve(id).resolve(MANIFEST));
      return Optional.of(HexFormat.of().formatHex(Digests.sha256().digest(manifest)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Ids of all layers. */
  public List<String> ids() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** What a layer takes on disk, bytes. */
  public long diskBytes(String id) throws IOException {
    Path layer = directory.resolve(id);
    return Files.size(layer.resolve(MANIFEST)) + Files.size(layer.resolve(CHUNKS));
  }

  private static Manifest writeChunks(LayerDraft draft, Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ChunkWriter writer = new ChunkWriter(channel);
      PageSource parentMemory =
          draft.parent().map(SnapshotLayer::memory).orElse(PageSource.zeros());
      PageSource parentDisk = draft.parent().map(SnapshotLayer::disk).orElse(PageSource.zeros());
      PageTable memory = pack(draft.changedMemory(), draft.memory(), parentMemory, writer);
      PageTable disk = pack(draft.changedDisk(), draft.disk(), parentDisk, writer);
      int stateSlot = packState(draft.deviceState(), writer);
      writer.finish();
      channel.force(true);
      return new Manifest(
          draft.header(),
          memory,
          disk,
          stateSlot,
          draft.deviceState().length,
          writer.hashes().toArray(byte[][]::new),
          writer.keys().toArray(byte[][]::new));
    }
  }

  private static PageTable pack(
      BitSet changed, PageSource now, PageSource before, ChunkWriter writer) throws IOException {
    PageTable.Builder table = new PageTable.Builder(changed.cardinality());
    for (int page = changed.nextSetBit(0); page >= 0; page = changed.nextSetBit(page + 1)) {
      MemorySegment content = now.page(page).orElse(PageSource.ZERO_PAGE);
      if (content.mismatch(before.page(page).orElse(PageSource.ZERO_PAGE)) >= 0) {
        boolean zero = content.mismatch(PageSource.ZERO_PAGE) < 0;
        table.add(page, zero ? PageTable.ZERO_SLOT : writer.add(content));
      }
    }
    return table.build();
  }

  private static int packState(byte[] state, ChunkWriter writer) throws IOException {
    int firstSlot = writer.slots();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(PageSource.PAGE_BYTES);
      for (int at = 0; at < state.length; at += PageSource.PAGE_BYTES) {
        int bytes = Math.min(PageSource.PAGE_BYTES, state.length - at);
        page.fill((byte) 0);
        page.copyFrom(MemorySegment.ofArray(state).asSlice(at, bytes));
        writer.add(page);
      }
    }
    return firstSlot;
  }
}
