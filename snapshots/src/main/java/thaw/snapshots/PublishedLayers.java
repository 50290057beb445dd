package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.chunks.Binding;
import thaw.chunks.ChunkStorage;
import thaw.chunks.ChunkStore.Encryption;
import thaw.chunks.ChunkedFile;
import thaw.chunks.Creation;
import thaw.chunks.Hash;
import thaw.chunks.ManifestIndex;
import thaw.chunks.ManifestIndex.Entry;
import thaw.chunks.ManifestIndex.Kind;
import thaw.chunks.Upload;
import thaw.sparsefs.PageSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Snapshot layers in the chunk store, for workers that did not make them. The database knows which
 * there are. What is needed of one first (its resume bundle) stands at its beginning: tables,
 * access log, device state and, if the log is known, the working set in the log's order, its
 * parents' pages included.
 *
 * <p>Layers are published in the background, one after the other; nothing waits for that.
 */
public final class PublishedLayers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PublishedLayers.class);
  private static final int QUEUE_LENGTH = 256;

  /** A manifest that is longer is fetched when it is wanted. */
  private static final int MANIFEST_BYTES_MAX = 64 * 1024;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ChunkStorage storage;
  private final ManifestIndex index;
  private final Function<SnapshotHeader, String> owners;
  private final boolean repack;
  private final ThreadPoolExecutor background =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE_LENGTH),
          Thread.ofPlatform().name("layer-publisher").daemon().factory());

  /**
   * What the database says of a published layer.
   *
   * @param contentHash as {@link SnapshotLayer#contentHash} of whoever made it
   * @param hotBytes how much of the file's beginning a resume wants at once
   * @param ownPages pages of memory and disk that the layer has itself
   * @param diskPages those of the /tmp disk
   * @param logged whether its access log was known
   * @param bundleVersion format version of the bundle
   * @param sealedManifest the manifest as it is stored, in Base64, so that nobody has to fetch it;
   *     empty if it is long
   */
  record Description(
      SnapshotHeader header,
      String contentHash,
      long hotBytes,
      int ownPages,
      int diskPages,
      boolean logged,
      int bundleVersion,
      String sealedManifest) {}

  /**
   * Layers of this store.
   *
   * @param repack whether the working set goes to the beginning, if the access log is known
   * @param owners whose key seals a layer: {@code service}, or {@code ACCOUNT/FUNCTION}
   */
  public PublishedLayers(
      ChunkStorage storage,
      ManifestIndex index,
      boolean repack,
      Function<SnapshotHeader, String> owners) {
    this.repack = repack;
    this.storage = storage;
    this.index = index;
    this.owners = owners;
  }

  /** Something that is done in the background. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /**
   * Does something in the background, one after the other.
   *
   * @param failed is called if it could not be done
   * @param done is called when it is over, well or not, or will not be
   */
  void later(String what, Work work, Runnable failed, Runnable done) {
    try {
      background.execute(() -> {
        try {
          work.run();
        } catch (IOException | RuntimeException e) {
          LOG.warn("snapshot layer {} is not published", what, e);
          failed.run();
        } finally {
          done.run();
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.warn("snapshot layer {} is not published: too many wait", what);
      failed.run();
      done.run();
    }
  }

  /** Whether this very layer is published already, with its access log if that is known. */
  boolean isPublished(String id, String contentHash, boolean logged) throws IOException {
    return describe(id)
        .filter(known -> known.contentHash().equals(contentHash) && (known.logged() || !logged))
        .isPresent();
  }

  /**
   * Stores a layer.
   *
   * @param disks those that its log may be about
   */
  void publish(SnapshotLayer layer, Optional<PageAccessLog> log, ReadOnlyDisks disks)
      throws IOException {
    SnapshotHeader header = layer.header();
    byte[] state = layer.deviceState();
    PackedLayer packed = PackedLayer.of(layer, state, repack ? log : Optional.empty(), disks);
    String owner = owners.apply(header);
    String account = owner.contains("/") ? owner.substring(0, owner.indexOf('/')) : owner;
    try (Creation creation = storage.store().create(owner)) {
      Binding binding = new Binding(account, "", header.id(), creation.root(), Optional.empty());
      try (Upload upload = storage.store().upload(creation, binding, owner, Encryption.RANDOM)) {
        byte[] bundle = packed.bundle(log).encode();
        upload.write(bundle);
        upload.write(state);
        upload.writeZeros(packed.stateSlots() * (long) PageSource.PAGE_BYTES - state.length);
        packed.writePages(page -> upload.write(bytes(page)));
        Hash manifest = upload.finish();
        byte[] sealed = upload.sealedManifest();
        Description description =
            new Description(
                header,
                layer.contentHash(),
                bundle.length + packed.hotSlots() * (long) PageSource.PAGE_BYTES,
                layer.ownPages(),
                layer.ownDiskPages(),
                log.isPresent(),
                ResumeBundle.FORMAT_VERSION,
                sealed.length <= MANIFEST_BYTES_MAX
                    ? Base64.getEncoder().encodeToString(sealed)
                    : "");
        index.put(
            Kind.SNAPSHOT_LAYER,
            header.id(),
            new Entry(manifest, JSON.writeValueAsString(description)));
      }
    }
    LOG.info("published the snapshot layer {}", header.id());
  }

  private static byte[] bytes(MemorySegment page) {
    return page.toArray(ValueLayout.JAVA_BYTE);
  }

  /** What is known of a layer; empty if it is not published. */
  Optional<Description> describe(String id) throws IOException {
    Optional<Entry> entry = index.find(Kind.SNAPSHOT_LAYER, id);
    return entry.isPresent() ? parse(entry.get()) : Optional.empty();
  }

  private static Optional<Description> parse(Entry entry) {
    try {
      return Optional.of(JSON.readValue(entry.details(), Description.class))
          .filter(known -> known.bundleVersion() == ResumeBundle.FORMAT_VERSION);
    } catch (JacksonException e) {
      LOG.warn("a published snapshot layer is of another version of Thaw", e);
      return Optional.empty();
    }
  }

  /**
   * A layer of which nothing was read yet.
   *
   * @param parent its parent, open; the layer must not outlive it
   */
  Optional<SnapshotLayer> open(String id, Optional<SnapshotLayer> parent) throws IOException {
    Optional<Entry> entry = index.find(Kind.SNAPSHOT_LAYER, id);
    Optional<Description> known = entry.isPresent() ? parse(entry.get()) : Optional.empty();
    if (entry.isEmpty() || known.isEmpty() || !known.get().header().id().equals(id)) {
      return Optional.empty();
    }
    Hash manifest = entry.get().manifest();
    String owner = owners.apply(known.get().header());
    return Optional.of(
        SnapshotLayer.published(
            known.get(),
            () -> openFile(id, manifest, known.get().sealedManifest(), owner),
            parent));
  }

  private ChunkedFile openFile(String id, Hash manifest, String sealed, String owner)
      throws IOException {
    if (!sealed.isEmpty()) {
      return storage.store().open(manifest, Base64.getDecoder().decode(sealed), owner);
    }
    return storage
        .store()
        .open(manifest, owner)
        .orElseThrow(() -> new DamagedSnapshotException("layer " + id + " is in no root"));
  }

  /** Ids of all published layers. */
  Set<String> ids() throws IOException {
    return index.all(Kind.SNAPSHOT_LAYER).keySet();
  }

  /** Takes a layer back: nobody will find it any more. No effect if it is not published. */
  void remove(String id) throws IOException {
    index.remove(Kind.SNAPSHOT_LAYER, id);
  }

  /** Destroys an owner's key, after which nobody can read what it sealed. */
  public void destroyKey(String owner) throws IOException {
    storage.keys().destroy(owner);
  }

  /** Ends when what is being published is, or a few seconds later; what waits is not published. */
  @Override
  public void close() {
    background.getQueue().clear();
    background.shutdown();
    try {
      if (!background.awaitTermination(10, TimeUnit.SECONDS)) {
        background.shutdownNow();
      }
    } catch (InterruptedException e) {
      background.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
