package thaw.images;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that {@code docker save} or {@code skopeo copy ... docker-archive:} wrote: a tar archive,
 * not compressed, with manifest.json, a configuration and layers.
 */
final class ArchiveSource implements ImageSource {
  private static final int MEMBERS_MAX = 20_000;
  private static final int LINKS_FOLLOWED = 8;

  private final ImageReference.Archive reference;
  private final Map<String, Place> members = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();

  private record Place(long at, long bytes) {}

  ArchiveSource(ImageReference.Archive reference) {
    this.reference = reference;
  }

  @Override
  public ResolvedImage resolve() throws IOException {
    list();
    for (OciJson.Saved saved :
        OciJson.saved(OciJson.parse(read("manifest.json"), "manifest.json"))) {
      byte[] document = read(saved.config());
      Digest digest = Digest.of(document);
      if (isWanted(saved, digest)) {
        return image(saved, digest, document);
      }
    }
    throw new ImageException(
        ImageException.Cause.NOT_FOUND,
        "there is no such image in "
            + reference.file()
            + ": "
            + Texts.shown(
                reference.digest().map(Digest::toString).or(reference::name).orElse("any")));
  }

  private boolean isWanted(OciJson.Saved saved, Digest digest) {
    if (reference.digest().isPresent()) {
      return reference.digest().get().equals(digest);
    }
    return reference.name().isEmpty() || saved.names().contains(reference.name().get());
  }

  private ResolvedImage image(OciJson.Saved saved, Digest digest, byte[] document)
      throws IOException {
    OciJson.Config config = OciJson.config(OciJson.parse(document, "configuration"));
    if (config.tarDigests().size() != saved.layers().size()) {
      throw ImageException.invalid("the image's manifest and configuration differ in their layers");
    }
    List<ResolvedImage.Layer> layers = new ArrayList<>();
    for (int i = 0; i < saved.layers().size(); i++) {
      String name = saved.layers().get(i);
      layers.add(
          new ResolvedImage.Layer(name, config.tarDigests().get(i), true, place(name).bytes()));
    }
    return new ResolvedImage(reference.pinned(digest), digest, config.config(), layers);
  }

  @Override
  public InputStream open(ResolvedImage.Layer layer) throws IOException {
    return openAt(place(layer.name()));
  }

  private void list() throws IOException {
    try (FileInputStream file = new FileInputStream(reference.file().toFile())) {
      TarReader tar = new TarReader(file);
      for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
        TarEntry entry = next.get();
        String name = name(entry.name());
        if (members.size() + links.size() >= MEMBERS_MAX) {
          throw ImageException.invalid("the archive has more than " + MEMBERS_MAX + " members");
        }
        if (entry.kind() == TarEntry.Kind.FILE) {
          members.put(name, new Place(file.getChannel().position(), entry.bytes()));
        } else if (entry.kind() == TarEntry.Kind.SYMBOLIC_LINK) {
          links.put(name, name(parent(name) + entry.linkName()));
        } else if (entry.kind() == TarEntry.Kind.HARD_LINK) {
          links.put(name, name(entry.linkName()));
        }
      }
    } catch (FileNotFoundException e) {
      throw new ImageException(
          ImageException.Cause.NOT_FOUND, "there is no file " + reference.file(), e);
    }
  }

  private static String name(String given) throws ImageException {
    return String.join("/", EntryName.parts(given));
  }

  private static String parent(String name) {
    return name.substring(0, name.lastIndexOf('/') + 1);
  }

  private Place place(String name) throws ImageException {
    @Nullable String at = name(name);
    for (int i = 0; at != null && i < LINKS_FOLLOWED; i++) {
      Place place = members.get(at);
      if (place != null) {
        return place;
      }
      at = links.get(at);
    }
    throw ImageException.invalid("the archive has no member " + Texts.shown(name));
  }

  private byte[] read(String name) throws IOException {
    Place place = place(name);
    if (place.bytes() > OciJson.DOCUMENT_BYTES) {
      throw ImageException.invalid(Texts.shown(name) + " in the archive is too large");
    }
    try (InputStream in = openAt(place)) {
      return in.readAllBytes();
    }
  }

  private InputStream openAt(Place place) throws IOException {
    FileInputStream file = new FileInputStream(reference.file().toFile());
    try {
      file.getChannel().position(place.at());
      return new Part(file, place.bytes());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** The next bytes of a stream. */
  private static final class Part extends BlockFilter {
    private long left;

    Part(InputStream in, long bytes) {
      super(in);
      this.left = bytes;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      if (left == 0 && count > 0) {
        return -1;
      }
      int n = super.read(buffer, offset, (int) Math.min(count, left));
      left -= Math.max(n, 0);
      return n;
    }

    @Override
    public long skip(long count) throws IOException {
      long n = super.skip(Math.min(count, left));
      left -= n;
      return n;
    }

    @Override
    public int available() throws IOException {
      return (int) Math.min(left, super.available());
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
