package thaw.cli.platform;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import thaw.chunks.ChunkStorage;
import thaw.chunks.Disks;
import thaw.chunks.ManifestIndex;
import thaw.code.ChunkedImages;
import thaw.code.CodeStore;
import thaw.configuration.ImagePreparation;
import thaw.images.ImageStore;
import thaw.sandbox.DiskImage;
import thaw.worker.CodeImages;

/** How the platform's parts and the chunk store come together. */
final class Chunks implements AutoCloseable {
  private final ChunkStorage storage;
  private final ManifestIndex index;

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
        ChunkStorage.open(settings.storage(), settings.chunks(), settings.dataDir()), index);
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
          case MICROVM -> new DiskImage.Pages(code.disk(packages)::page);
          case CONTAINER -> new DiskImage.File(code.image(packages));
        };
      }

      @Override
      public DiskImage containerImage(String accountId, String digestHex) throws IOException {
        return switch (driver) {
          case MICROVM -> new DiskImage.Pages(images.pages(accountId, digestHex)::page);
          case CONTAINER -> new DiskImage.File(images.file(accountId, digestHex));
        };
      }
    };
  }

  /** What makes them ahead. */
  ImagePreparation preparation(CodeStore code, ThawSettings.Driver driver) {
    return switch (driver) {
      case MICROVM -> code::disk;
      case CONTAINER -> code::image;
    };
  }

  @Override
  public void close() {
    storage.close();
  }
}
