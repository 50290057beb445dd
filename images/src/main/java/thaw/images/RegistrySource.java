package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An image in a registry, or in a mirror of it. */
final class RegistrySource implements ImageSource {
  private static final Logger LOG = LoggerFactory.getLogger(RegistrySource.class);
  private static final String ACCEPT =
      String.join(
          ", ", OciJson.INDEX, OciJson.DOCKER_INDEX, OciJson.MANIFEST, OciJson.DOCKER_MANIFEST);

  private final RegistryClient client;
  private final StallWatch watch;
  private final ImageReference.Remote reference;

  RegistrySource(RegistryClient client, StallWatch watch, ImageReference.Remote reference) {
    this.client = client;
    this.watch = watch;
    this.reference = reference;
  }

  private interface Asking<T> {
    T at(RegistryClient.Place place) throws IOException;
  }

  @Override
  public ResolvedImage resolve() throws IOException {
    return anywhere(place -> {
      byte[] document = document(place, "manifests", reference.wanted());
      if (reference.digest().isPresent() && !Digest.of(document).equals(reference.digest().get())) {
        throw ImageException.invalid(
            "the registry gives another manifest than " + reference.digest().get());
      }
      return Manifests.read(
          reference,
          document,
          (wanted, manifest) ->
              document(place, manifest ? "manifests" : "blobs", wanted.digest().toString()));
    });
  }

  private byte[] document(RegistryClient.Place place, String kind, String name) throws IOException {
    String accept = kind.equals("manifests") ? ACCEPT : "";
    RegistryClient.Answer answer = client.get(place, place.uri(kind, name), accept, 0);
    try (InputStream body = watch.watched(answer.body())) {
      byte[] document = body.readNBytes(OciJson.DOCUMENT_BYTES + 1);
      if (document.length > OciJson.DOCUMENT_BYTES) {
        throw ImageException.invalid("the image's manifest or configuration is too large");
      }
      return document;
    }
  }

  @Override
  public InputStream open(ResolvedImage.Layer layer) throws IOException {
    return anywhere(place -> new BlobStream(client, watch, place, layer));
  }

  /** Asks the mirror, and the registry itself if that does not help. */
  private <T> T anywhere(Asking<T> asking) throws IOException {
    List<RegistryClient.Place> places = client.places(reference);
    for (RegistryClient.Place place : places.subList(0, places.size() - 1)) {
      try {
        return asking.at(place);
      } catch (IOException e) {
        LOG.warn(
            "the mirror {} does not have {}: {}",
            place.base(),
            reference.repository(),
            RegistryClient.text(e));
      }
    }
    return asking.at(places.getLast());
  }
}
