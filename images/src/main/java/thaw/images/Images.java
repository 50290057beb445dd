package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Finds container images and makes disks of them. Safe for use by many threads. */
public final class Images implements AutoCloseable {
  private final ImageSettings settings;
  private final RegistryClient client;
  private final StallWatch watch;

  /** Stores a disk; is called twice if the first attempt comes to nothing. */
  @FunctionalInterface
  interface Target {
    void store(DiskShelf.Writer writer) throws IOException;
  }

  /** Content that was left out is needed after all. */
  private static final class HiddenContentException extends IOException {
    private static final long serialVersionUID = 1;
  }

  public Images(ImageSettings settings) {
    this.settings = settings;
    this.client = new RegistryClient(settings);
    this.watch = new StallWatch(settings.stallTimeout());
  }

  /**
   * Finds what a reference names now, and reads its manifest and configuration.
   *
   * @throws ImageException why it cannot be had, or cannot be used
   */
  public ResolvedImage resolve(ImageReference reference) throws IOException {
    return source(reference).resolve();
  }

  /**
   * Writes the disk of an image, which is the same for the same digest.
   *
   * @throws ImageException why it cannot be had, or cannot be used
   */
  Flattener.Flat write(ResolvedImage image, Target target) throws IOException {
    try {
      return write(image, false, target);
    } catch (HiddenContentException e) {
      return write(image, true, target);
    }
  }

  private Flattener.Flat write(ResolvedImage image, boolean keepHidden, Target target)
      throws IOException {
    AtomicReference<Flattener.Flat> written = new AtomicReference<>();
    target.store(sink -> {
      ImageSource source = source(image.reference());
      // What an archive holds is found out by resolving, and not kept.
      ResolvedImage found = image.reference().isLocal() ? source.resolve() : image;
      written.set(
          flatten(source, found, keepHidden, sink).orElseThrow(HiddenContentException::new));
    });
    return Objects.requireNonNull(written.get());
  }

  private Optional<Flattener.Flat> flatten(
      ImageSource source, ResolvedImage image, boolean keepHidden, DiskSink sink)
      throws IOException {
    AtomicLong left = new AtomicLong(settings.largest().bytes());
    Flattener.Layers layers =
        new Flattener.Layers() {
          @Override
          public int count() {
            return image.layers().size();
          }

          @Override
          public Flattener.LayerStream open(int number) throws IOException {
            ResolvedImage.Layer layer = image.layers().get(number);
            InputStream raw = source.open(layer);
            return VerifiedLayer.open(layer, raw, left);
          }
        };
    return Flattener.flatten(layers, settings.maxFiles(), keepHidden, sink);
  }

  private ImageSource source(ImageReference reference) throws ImageException {
    if (reference.isLocal() && !settings.localSources()) {
      throw new ImageException(
          ImageException.Cause.ACCESS_DENIED,
          "images in files of this machine are not allowed (images.localSources)");
    }
    return switch (reference) {
      case ImageReference.Remote remote -> new RegistrySource(client, watch, remote);
      case ImageReference.Layout layout -> new LayoutSource(layout);
      case ImageReference.Archive archive -> new ArchiveSource(archive);
    };
  }

  @Override
  public void close() {
    client.close();
    watch.close();
  }
}
