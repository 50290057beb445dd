package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory with the OCI image layout.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md">OCI: image
 *     layout</a>
 */
final class LayoutSource implements ImageSource {
  private final ImageReference.Layout reference;

  LayoutSource(ImageReference.Layout reference) {
    this.reference = reference;
  }

  @Override
  public ResolvedImage resolve() throws IOException {
    Descriptor descriptor =
        reference.digest().isPresent() ? new Descriptor("", reference.digest().get(), 0) : listed();
    return Manifests.read(
        reference,
        Manifests.verified((wanted, manifest) -> read(blob(wanted.digest())), descriptor, true),
        (wanted, manifest) -> read(blob(wanted.digest())));
  }

  private Descriptor listed() throws IOException {
    List<OciJson.Choice> choices =
        OciJson.index(OciJson.parse(read(reference.directory().resolve("index.json")), "index"));
    if (reference.tag().isPresent()) {
      choices = choices.stream().filter(choice -> choice.name().equals(reference.tag())).toList();
    }
    if (choices.isEmpty()) {
      throw notFound(reference.tag().orElse("any image"));
    }
    if (choices.size() == 1) {
      return choices.getFirst().descriptor();
    }
    if (reference.tag().isEmpty()
        && choices.stream().map(OciJson.Choice::name).distinct().count() > 1) {
      throw new ImageException(
          ImageException.Cause.BAD_NAME,
          reference.directory() + " has several images: say which, as oci:/directory:tag");
    }
    return OciJson.choose(choices);
  }

  @Override
  public InputStream open(ResolvedImage.Layer layer) throws IOException {
    try {
      return Files.newInputStream(blob(layer.digest()));
    } catch (NoSuchFileException e) {
      throw notFound(layer.name());
    }
  }

  private Path blob(Digest digest) {
    return reference.directory().resolve("blobs").resolve("sha256").resolve(digest.hex());
  }

  private byte[] read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(OciJson.DOCUMENT_BYTES + 1);
      if (bytes.length > OciJson.DOCUMENT_BYTES) {
        throw ImageException.invalid(file + " is too large");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw notFound(String.valueOf(file.getFileName()));
    }
  }

  private ImageException notFound(String what) {
    return new ImageException(
        ImageException.Cause.NOT_FOUND,
        "there is no " + Texts.shown(what) + " in the OCI image layout " + reference.directory());
  }
}
