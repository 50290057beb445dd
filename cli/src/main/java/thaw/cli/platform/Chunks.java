package thaw.cli.platform;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.chunks.ChunkStorage;
import thaw.chunks.Disks;
import thaw.chunks.ManifestIndex;
import thaw.code.ChunkedImage;
import thaw.code.ChunkedImages;
import thaw.code.CodeStore;
import thaw.configuration.ImagePreparation;
import thaw.images.ImageStore;
import thaw.sandbox.DiskImage;
import thaw.snapshots.PublishedLayers;
import thaw.sparsefs.PageSource;
import thaw.worker.CodeImages;
import thaw.worker.SnapshotStorage;

/** How the platform's parts and the chunk store come together. */
final class Chunks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Chunks.class);

  private final ChunkStorage storage;
  private final ManifestIndex index;
  private final ScheduledExecutorService garbage =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("chunk-garbage").daemon().factory());

  private Chunks(ChunkStorage storage, ManifestIndex index) {
    this.storage = storage;
    this.index = index;
  }

  /**
   * Opens the chunk store.
   *
   * @param index the database's table of manifests
   */
  static Chunks open(ThawSettings settings, ManifestIndex index) throws IOException {
    return new Chunks(
        ChunkStorage.open(settings.storage(), settings.chunks(), settings.dataDir(), index), index);
  }

  /** Has what fetches chunks made ready beside the rest of the start, if any are to be fetched. */
  Thread warmUp(ThawSettings settings) {
    Runnable work = settings.driver() == ThawSettings.Driver.MICROVM ? storage::warmUp : () -> {};
    return Thread.ofPlatform().name("chunk-warm-up").daemon().start(work);
  }

  /** Where code images are kept; empty for a driver that mounts files. */
  Optional<ChunkedImages> codeImages(ThawSettings settings) {
    return settings.driver() == ThawSettings.Driver.MICROVM
        ? Optional.of(
            new ChunkedImages(
                new Disks(storage.store()), index, settings.configuration().accountId()))
        : Optional.empty();
  }

  /** Where the disks of container images are kept; empty for a driver that mounts files. */
  Optional<ImageStore.Chunked> imageDisks(ThawSettings settings) {
    return settings.driver() == ThawSettings.Driver.MICROVM
        ? Optional.of(new ImageStore.Chunked(new Disks(storage.store()), index))
        : Optional.empty();
  }

  /** The disks that sandboxes get. */
  CodeImages images(CodeStore code, ImageStore images, ThawSettings.Driver driver) {
    return new CodeImages() {
      @Override
      public DiskImage image(List<String> packages) throws IOException {
        return switch (driver) {
          case MICROVM -> {
            ChunkedImage disk = code.disk(packages);
            yield paged(disk::page, disk::fetchAhead);
          }
          case CONTAINER -> new DiskImage.File(code.image(packages));
        };
      }

      @Override
      public DiskImage containerImage(String accountId, String digestHex) throws IOException {
        return switch (driver) {
          case MICROVM -> {
            ImageStore.Pages disk = images.pages(accountId, digestHex);
            yield paged(disk::page, disk::fetchAhead);
          }
          case CONTAINER -> new DiskImage.File(images.file(accountId, digestHex));
        };
      }
    };
  }

  private static DiskImage paged(PageSource pages, Consumer<IntStream> ahead) {
    return new DiskImage.Pages(
        new PageSource() {
          @Override
          public Optional<MemorySegment> page(long page) throws IOException {
            return pages.page(page);
          }

          @Override
          public void fetchAhead(IntStream wanted) {
            ahead.accept(wanted);
          }
        });
  }

  /** What makes them ahead. */
  ImagePreparation preparation(CodeStore code, ThawSettings.Driver driver) {
    return switch (driver) {
      case MICROVM -> code::disk;
      case CONTAINER -> code::image;
    };
  }

  /** The snapshot layers that workers share; empty if they are not to be. */
  Optional<PublishedLayers> snapshotLayers(ThawSettings settings) {
    return settings.storage().publishesLayers()
        ? Optional.of(SnapshotStorage.published(storage, index, settings.storage().repackLayers()))
        : Optional.empty();
  }

  /** From now on garbage is collected, one run after the other. */
  void collectGarbage(Duration every) {
    ScheduledFuture<?> _ =
        garbage.scheduleWithFixedDelay(
            this::collect, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void collect() {
    try {
      storage.store().garbageCollector().run(index);
    } catch (IOException | RuntimeException e) {
      LOG.error("the garbage of the chunk store could not be collected", e);
    }
  }

  @Override
  public void close() {
    garbage.shutdownNow();
    storage.close();
  }
}
