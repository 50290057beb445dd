package thaw.snapshots;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The layers that are open, over a store of those on disk. Each is opened once, however many resume
 * from it; a damaged one is deleted as soon as that is known, so that it is made anew.
 *
 * <p>One lock guards the table; opening a layer (some milliseconds, once) happens under it.
 */
public final class LayerCatalog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LayerCatalog.class);

  /** Gives the key that a layer is sealed with; asked only when the layer is not open yet. */
  @FunctionalInterface
  public interface KeySource {
    /** Returns the key, or empty if it was destroyed: the layer is then of no use. */
    Optional<SnapshotKey> key() throws IOException;
  }

  private final SnapshotStore store;
  private final Optional<PublishedLayers> published;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, LayerHandle> open = new HashMap<>();

  /** Of layers of this worker that are open and published. */
  private final Map<String, Sources> sources = new HashMap<>();

  /** What publishing a layer takes beside the layer. */
  private record Sources(SnapshotKey key, ReadOnlyDisks disks) {}

  /** Those that could not be published: it is tried again when they are next found. */
  private final Set<String> unpublished = ConcurrentHashMap.newKeySet();

  public LayerCatalog(SnapshotStore store) {
    this(store, Optional.empty());
  }

  /**
   * One that also finds the layers that other workers made, and publishes those of this one.
   *
   * @param published closed with the catalog
   */
  public LayerCatalog(SnapshotStore store, Optional<PublishedLayers> published) {
    this.store = store;
    this.published = published;
  }

  /** Ids of all layers, those that other workers published included. */
  public Set<String> ids() throws IOException {
    Set<String> ids = new TreeSet<>(store.ids());
    if (published.isPresent()) {
      ids.addAll(published.get().ids());
    }
    return ids;
  }

  /** What a layer says of itself, as {@link SnapshotStore#header}. */
  public Optional<SnapshotHeader> header(String id) throws IOException {
    Optional<SnapshotHeader> own = store.header(id);
    return own.isPresent() || published.isEmpty()
        ? own
        : published.get().describe(id).map(PublishedLayers.Description::header);
  }

  /**
   * Whether there is a layer of just this content, here or published.
   *
   * @param contentHash as {@link SnapshotLayer#contentHash}
   */
  public boolean hasContent(String id, String contentHash) throws IOException {
    return store.contentHash(id).equals(Optional.of(contentHash))
        || (published.isPresent() && published.get().isPublished(id, contentHash, false));
  }

  /** Destroys the key of what an owner published, after which no copy of it can be read. */
  public void destroyPublishedKey(String owner) throws IOException {
    if (published.isPresent()) {
      published.get().destroyKey(owner);
    }
  }

  /** What is on disk. */
  public SnapshotStore store() {
    return store;
  }

  /** Finds a layer whose resumes have disks of their own. */
  public Optional<LayerHandle> find(String id, KeySource key, Optional<LayerHandle> parent)
      throws IOException {
    return find(id, key, parent, ReadOnlyDisks.NONE);
  }

  /**
   * Finds a layer.
   *
   * @param parent the layer below it, held by the caller
   * @param disks those that all of its resumes have; kept as long as the layer is open
   * @return the layer, held for the caller, who releases it; empty if there is none, or if it was
   *     damaged and now is gone
   */
  public Optional<LayerHandle> find(
      String id, KeySource key, Optional<LayerHandle> parent, ReadOnlyDisks disks)
      throws IOException {
    lock.lock();
    try {
      LayerHandle known = open.get(id);
      if (known != null && known.hold()) {
        Sources from = sources.get(id);
        if (from != null && unpublished.remove(id)) {
          publish(known, from);
        }
        return Optional.of(known);
      }
      return openLayer(id, key, parent, disks);
    } finally {
      lock.unlock();
    }
  }

  private Optional<LayerHandle> openLayer(
      String id, KeySource source, Optional<LayerHandle> parent, ReadOnlyDisks disks)
      throws IOException {
    if (!store.contains(id)) {
      return openPublished(id, parent);
    }
    try {
      Optional<SnapshotKey> key = source.key();
      if (key.isEmpty()) {
        store.delete(id);
        return Optional.empty();
      }
      Optional<SnapshotLayer> layer = store.open(id, key.get(), parent.map(LayerHandle::layer));
      if (layer.isEmpty()) {
        return Optional.empty();
      }
      parent.ifPresent(LayerHandle::hold);
      LayerHandle handle = new LayerHandle(layer.get(), parent, store.accessLog(id));
      open.put(id, handle);
      handle.hold();
      publish(handle, new Sources(key.get(), disks));
      return Optional.of(handle);
    } catch (DamagedSnapshotException e) {
      LOG.warn("snapshot layer {} is damaged and deleted: {}", id, e.getMessage());
      store.delete(id);
      return Optional.empty();
    }
  }

  private Optional<LayerHandle> openPublished(String id, Optional<LayerHandle> parent)
      throws IOException {
    Optional<SnapshotLayer> layer =
        published.isPresent()
            ? published.get().open(id, parent.map(LayerHandle::layer))
            : Optional.empty();
    if (layer.isEmpty()) {
      return Optional.empty();
    }
    parent.ifPresent(LayerHandle::hold);
    LayerHandle handle = LayerHandle.published(layer.get(), parent);
    open.put(id, handle);
    handle.hold();
    return Optional.of(handle);
  }

  /** Publishes a layer of this worker in the background, unless that was done. */
  private void publish(LayerHandle handle, Sources from) {
    if (published.isEmpty() || !handle.hold()) {
      return;
    }
    PublishedLayers to = published.get();
    sources.put(handle.id(), from);
    to.later(
        handle.id(),
        () -> publishNow(to, handle, from),
        () -> unpublished.add(handle.id()),
        handle::release);
  }

  private void publishNow(PublishedLayers to, LayerHandle handle, Sources from) throws IOException {
    Optional<PageAccessLog> log = handle.accessLog();
    if (to.isPublished(handle.id(), handle.layer().contentHash(), log.isPresent())) {
      return;
    }
    // Opened for this only: what was read of it is not kept in memory.
    Optional<SnapshotLayer> layer =
        store.open(handle.id(), from.key(), handle.parent().map(LayerHandle::layer));
    if (layer.isPresent()) {
      try (SnapshotLayer whole = layer.get()) {
        to.publish(whole, log, from.disks());
      }
    }
  }

  /**
   * Writes a layer, and only when it is durable puts it in the place of an older one of the same
   * id: who holds that may go on.
   */
  public void add(LayerDraft draft, SnapshotKey key) throws IOException {
    String id = draft.header().id();
    Path written = store.prepare(draft, key);
    lock.lock();
    try {
      store.publish(written, id);
      forget(id);
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a layer's page access log; its next resumes use it. */
  public void keepAccessLog(LayerHandle layer, PageAccessLog log) throws IOException {
    lock.lock();
    try {
      layer.accessLog(log);
      if (open.get(layer.id()) == layer && store.contains(layer.id())) {
        store.writeAccessLog(layer.id(), log);
        Sources from = sources.get(layer.id());
        if (from != null) {
          publish(layer, from);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Deletes a layer; those who hold it may go on. No effect if there is none. */
  public void drop(String id) throws IOException {
    lock.lock();
    try {
      forget(id);
      store.delete(id);
      if (published.isPresent()) {
        published.get().remove(id);
      }
    } finally {
      lock.unlock();
    }
  }

  private void forget(String id) {
    LayerHandle handle = open.remove(id);
    sources.remove(id);
    unpublished.remove(id);
    if (handle != null) {
      handle.release();
    }
  }

  /** Lets go of all layers. */
  @Override
  public void close() {
    published.ifPresent(PublishedLayers::close);
    lock.lock();
    try {
      open.values().forEach(LayerHandle::release);
      open.clear();
    } finally {
      lock.unlock();
    }
  }
}
