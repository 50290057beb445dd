package thaw.images;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Goes from what a reference leads to, an index or a manifest, to an image. */
final class Manifests {
  private static final int INDEXES_MAX = 4;

  private Manifests() {}

  /** Gives a small document, of at most {@link OciJson#DOCUMENT_BYTES}. */
  @FunctionalInterface
  interface Blobs {
    byte[] get(Descriptor descriptor, boolean manifest) throws IOException;
  }

  /**
   * Reads an image.
   *
   * @param document index or manifest
   * @param documents gives others by their digests
   */
  static ResolvedImage read(ImageReference reference, byte[] document, Blobs documents)
      throws IOException {
    byte[] bytes = document;
    JsonNode json = OciJson.parse(bytes, "manifest");
    for (int i = 0; OciJson.isIndex(json); i++) {
      if (i == INDEXES_MAX) {
        throw ImageException.invalid("the image's indexes lead to nothing but indexes");
      }
      bytes = verified(documents, OciJson.choose(OciJson.index(json)), true);
      json = OciJson.parse(bytes, "manifest");
    }
    Digest digest = Digest.of(bytes);
    OciJson.Manifest manifest = OciJson.manifest(json);
    OciJson.Config config =
        OciJson.config(
            OciJson.parse(verified(documents, manifest.config(), false), "configuration"));
    if (config.tarDigests().size() != manifest.layers().size()) {
      throw ImageException.invalid("the image's manifest and configuration differ in their layers");
    }
    List<ResolvedImage.Layer> layers = new ArrayList<>();
    for (Descriptor layer : manifest.layers()) {
      layers.add(
          new ResolvedImage.Layer(layer.digest().toString(), layer.digest(), false, layer.bytes()));
    }
    return new ResolvedImage(reference.pinned(digest), digest, config.config(), layers);
  }

  /** A document, which must be what its digest says. */
  static byte[] verified(Blobs documents, Descriptor descriptor, boolean manifest)
      throws IOException {
    if (descriptor.bytes() > OciJson.DOCUMENT_BYTES) {
      throw ImageException.invalid("the image's manifest or configuration is too large");
    }
    byte[] document = documents.get(descriptor, manifest);
    if (!Digest.of(document).equals(descriptor.digest())) {
      throw ImageException.invalid(
          "the image's manifest or configuration is not what its digest says: "
              + descriptor.digest());
    }
    return document;
  }
}
