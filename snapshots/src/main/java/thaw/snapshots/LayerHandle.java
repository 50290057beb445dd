package thaw.snapshots;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * An open layer that several hold: its catalog, the sandboxes that were resumed from it, the layers
 * above it. It is closed when the last of them lets go, so a layer that was dropped or replaced
 * serves those who run on it to their end.
 */
public final class LayerHandle {
  private final SnapshotLayer layer;
  private final Optional<LayerHandle> parent;
  private volatile Optional<PageAccessLog> accessLog;

  /** Of a published layer it stands in its bundle, which is not read before it is wanted. */
  private volatile boolean logIsUnread;

  private int holders = 1;

  /** Holds the parent from now on. */
  LayerHandle(
      SnapshotLayer layer, Optional<LayerHandle> parent, Optional<PageAccessLog> accessLog) {
    this.layer = layer;
    this.parent = parent;
    this.accessLog = accessLog;
  }

  /** Of a published layer. */
  static LayerHandle published(SnapshotLayer layer, Optional<LayerHandle> parent) {
    LayerHandle handle = new LayerHandle(layer, parent, Optional.empty());
    handle.logIsUnread = true;
    return handle;
  }

  public SnapshotLayer layer() {
    return layer;
  }

  public String id() {
    return layer.header().id();
  }

  /** The layer below, open as long as this one is. */
  public Optional<LayerHandle> parent() {
    return parent;
  }

  /** Whether there is an {@link #accessLog}; reads nothing. */
  public boolean hasAccessLog() {
    return logIsUnread ? layer.hasPublishedLog() : accessLog.isPresent();
  }

  /**
   * Which pages its resumes touch, once enough of them were recorded. Of a layer that is far this
   * is the first that is read of it.
   */
  public Optional<PageAccessLog> accessLog() {
    if (logIsUnread) {
      Optional<PageAccessLog> published = layer.publishedLog();
      if (logIsUnread) {
        accessLog = published;
        logIsUnread = false;
      }
    }
    return accessLog;
  }

  void accessLog(PageAccessLog log) {
    logIsUnread = false;
    accessLog = Optional.of(log);
  }

  /** Holds it once more; returns false if it was closed already. */
  public synchronized boolean hold() {
    if (holders == 0) {
      return false;
    }
    holders++;
    return true;
  }

  /** Lets go of it. Nothing of it may be read by who held it. */
  public void release() {
    synchronized (this) {
      if (holders == 0) {
        throw new IllegalStateException("layer " + id() + " was let go of too often");
      }
      if (--holders > 0) {
        return;
      }
    }
    try {
      layer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      parent.ifPresent(LayerHandle::release);
    }
  }
}
