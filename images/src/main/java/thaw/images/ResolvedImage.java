package thaw.images;

import java.util.List;

/**
 * An image that was found: its manifest and configuration are read and verified.
 *
 * @param reference pinned to the digest
 * @param digest of the manifest, for one platform
 * @param layers the lowest first
 */
public record ResolvedImage(
    ImageReference reference, Digest digest, ImageConfig config, List<Layer> layers) {
  public ResolvedImage {
    layers = List.copyOf(layers);
  }

  /**
   * A layer.
   *
   * @param name what it is fetched by
   * @param digest of its bytes
   * @param ofTar whether the digest is of the archive, not of the bytes as they are kept
   * @param bytes how many are kept
   */
  public record Layer(String name, Digest digest, boolean ofTar, long bytes) {}

  /** Names exactly this image. */
  public String uri() {
    return reference.resolved(digest);
  }
}
