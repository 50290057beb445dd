package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.chunks.ChunkedFile;
import thaw.chunks.DamagedException;
import thaw.sparsefs.PageSource;

/**
 * A layer in the chunk store. Nothing of it moves before a page of it, or its access log, is
 * wanted: a parent all of whose wanted pages are in the bundle of the layer above is never opened.
 */
final class PublishedBody implements LayerBody {
  private static final Logger LOG = LoggerFactory.getLogger(PublishedBody.class);

  private final PublishedLayers.Description description;
  private final Opening opening;
  private final AtomicBoolean loading = new AtomicBoolean();
  private volatile boolean unreachable;
  private volatile @Nullable Loaded loaded;

  /** Opens the layer's file. */
  @FunctionalInterface
  interface Opening {
    ChunkedFile open() throws IOException;
  }

  private record Loaded(ChunkedFile file, ResumeBundle bundle, long firstPage) {}

  PublishedBody(PublishedLayers.Description description, Opening opening) {
    this.description = description;
    this.opening = opening;
  }

  private Loaded loaded() throws IOException {
    return loaded(false);
  }

  /**
   * The bundle, read if it is not yet.
   *
   * @param toResume whether all that a resume wants is to be fetched with it. Of a layer that only
   *     a page is wanted of, below another, it would be in vain
   */
  private Loaded loaded(boolean toResume) throws IOException {
    Loaded known = loaded;
    return known != null ? known : load(toResume);
  }

  private synchronized Loaded load(boolean toResume) throws IOException {
    Loaded known = loaded;
    if (known == null) {
      try {
        ChunkedFile file = opening.open();
        if (toResume) {
          file.prefetchAhead(0, description.hotBytes());
        }
        byte[] head = read(file, ResumeBundle.HEAD_BYTES);
        int bytes = ResumeBundle.encodedBytes(head, file.bytes());
        file.prefetchAhead(0, bytes);
        ResumeBundle bundle = ResumeBundle.decode(read(file, bytes), description.header());
        known = new Loaded(file, bundle, bytes / PageSource.PAGE_BYTES);
        loaded = known;
        unreachable = false;
      } catch (DamagedException e) {
        throw damaged(e);
      } catch (IOException e) {
        throw unreachable(e);
      }
    }
    return known;
  }

  private static byte[] read(ChunkedFile file, int count) throws IOException {
    byte[] bytes = new byte[count];
    if (file.read(0, MemorySegment.ofArray(bytes)) < count) {
      throw new DamagedSnapshotException("a resume bundle is cut off");
    }
    return bytes;
  }

  @Override
  public void loadAhead(boolean toResume) {
    if (loaded == null && loading.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("layer-ahead")
          .start(() -> {
            try {
              loaded(toResume);
            } catch (IOException | RuntimeException e) {
              LOG.debug("A layer could not be read ahead; who wants it will be told", e);
            } finally {
              loading.set(false);
            }
          });
    }
  }

  /** Whether its access log is known to whoever reads the bundle. */
  boolean isLogged() {
    return description.logged();
  }

  /** Which pages its resumes touch; empty if that is not known or cannot be read now. */
  Optional<PageAccessLog> accessLog() {
    try {
      return loaded(true).bundle().accessLog();
    } catch (IOException e) {
      LOG.warn("the resume bundle of layer {} cannot be read", description.header().id(), e);
      return Optional.empty();
    }
  }

  @Override
  public PageTable memory() throws IOException {
    return loaded().bundle().memory();
  }

  @Override
  public PageTable disk() throws IOException {
    return loaded().bundle().disk();
  }

  @Override
  public PageTable readOnly() throws IOException {
    return loaded().bundle().readOnly();
  }

  @Override
  public boolean mayBeBelow(long page) throws IOException {
    return loaded().bundle().below().contains(page);
  }

  @Override
  public int stateSlot() throws IOException {
    return loaded().bundle().stateSlot();
  }

  @Override
  public int stateBytes() throws IOException {
    return loaded().bundle().stateBytes();
  }

  @Override
  public int diskPages() {
    return description.diskPages();
  }

  @Override
  public int ownPages() {
    return description.ownPages();
  }

  @Override
  public MemorySegment page(int slot) throws IOException {
    Loaded at = loaded();
    try {
      MemorySegment page = at.file().page(at.firstPage() + slot).orElse(PageSource.ZERO_PAGE);
      unreachable = false;
      return page;
    } catch (DamagedException e) {
      throw damaged(e);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  @Override
  public boolean unreachable() {
    return unreachable;
  }

  private IOException unreachable(IOException e) {
    unreachable |= !(e instanceof DamagedSnapshotException);
    return e;
  }

  private static DamagedSnapshotException damaged(DamagedException e) {
    return new DamagedSnapshotException(String.valueOf(e.getMessage()), e);
  }

  /** Nothing: the chunk store's cache is shared and bounded. */
  @Override
  public long residentBytes() {
    return 0;
  }

  @Override
  public void close() {
    // The file needs no closing.
  }
}
