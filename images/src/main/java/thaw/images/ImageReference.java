package thaw.images;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What names an image: one in a registry, or one in a file or directory of this machine. */
public sealed interface ImageReference {
  /** Tag of who names none. */
  String LATEST = "latest";

  /** Most characters of a reference. */
  int LENGTH = 2048;

  /**
   * An image in a registry.
   *
   * @param registry host, and port if it is not the usual one
   * @param repository path in the registry
   * @param tag if it is named; not used if there is a digest
   */
  record Remote(String registry, String repository, Optional<String> tag, Optional<Digest> digest)
      implements ImageReference {
    /** What a manifest is asked for by. */
    String wanted() {
      return digest.map(Digest::toString).orElse(tag.orElse(LATEST));
    }

    @Override
    public String resolved(Digest found) {
      return registry + "/" + repository + "@" + found;
    }

    @Override
    public ImageReference pinned(Digest found) {
      return new Remote(registry, repository, tag, Optional.of(found));
    }
  }

  /**
   * An image in a directory with the OCI image layout.
   *
   * @param tag {@code org.opencontainers.image.ref.name} in the index; needed if there are several
   */
  record Layout(Path directory, Optional<String> tag, Optional<Digest> digest)
      implements ImageReference {
    @Override
    public String resolved(Digest found) {
      return "oci:" + directory + "@" + found;
    }

    @Override
    public ImageReference pinned(Digest found) {
      return new Layout(directory, tag, Optional.of(found));
    }
  }

  /**
   * An image in a file that {@code docker save} wrote.
   *
   * @param name as the archive has it; needed if there are several
   * @param digest of the image's configuration, which is what identifies an image there
   */
  record Archive(Path file, Optional<String> name, Optional<Digest> digest)
      implements ImageReference {
    @Override
    public String resolved(Digest found) {
      return "docker-archive:" + file + "@" + found;
    }

    @Override
    public ImageReference pinned(Digest found) {
      return new Archive(file, name, Optional.of(found));
    }
  }

  /** Names exactly what was found, whatever becomes of a tag. */
  String resolved(Digest found);

  /** The same, and of this digest. */
  ImageReference pinned(Digest found);

  /** Whether it is a file or directory of this machine. */
  default boolean isLocal() {
    return !(this instanceof Remote);
  }

  /**
   * Reads a reference: {@code registry/repository[:tag][@digest]}, {@code oci:/directory[:tag]} or
   * {@code docker-archive:/file[:name]}. Without a registry it is Docker's own.
   *
   * @throws ImageException BAD_NAME
   */
  static ImageReference parse(String text) throws ImageException {
    if (text.length() > LENGTH) {
      throw Parser.bad(text);
    }
    return Parser.parse(text);
  }

  /** How references are read. */
  final class Parser {
    private static final String OCI = "oci:";
    private static final String ARCHIVE = "docker-archive:";
    private static final Pattern REMOTE =
        Pattern.compile(
            "(?:(?<host>[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:]+])"
                + "(?<port>:[0-9]{1,5})?/)?"
                + "(?<path>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
                + "(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
                + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?"
                + "(?:@(?<digest>sha256:[0-9a-f]{64}))?");
    private static final Pattern DIGEST = Pattern.compile("(.*)@(sha256:[0-9a-f]{64})");
    private static final String DOCKER = "docker.io";

    private Parser() {}

    private static ImageReference parse(String text) throws ImageException {
      if (text.startsWith(OCI)) {
        return local(text, OCI);
      }
      return text.startsWith(ARCHIVE) ? local(text, ARCHIVE) : remote(text);
    }

    private static ImageReference local(String text, String scheme) throws ImageException {
      String rest = text.substring(scheme.length());
      Optional<Digest> digest = Optional.empty();
      Matcher pinned = DIGEST.matcher(rest);
      if (pinned.matches()) {
        digest = Optional.of(Digest.parse(pinned.group(2)));
        rest = pinned.group(1);
      }
      int colon = rest.indexOf(':');
      Optional<String> name = colon < 0 ? Optional.empty() : Optional.of(rest.substring(colon + 1));
      String path = colon < 0 ? rest : rest.substring(0, colon);
      if (!path.startsWith("/")
          || path.indexOf('\0') >= 0
          || name.filter(String::isEmpty).isPresent()) {
        throw bad(text);
      }
      return scheme.equals(OCI)
          ? new Layout(Path.of(path).normalize(), name, digest)
          : new Archive(Path.of(path).normalize(), name, digest);
    }

    private static ImageReference remote(String text) throws ImageException {
      Matcher matcher = REMOTE.matcher(text);
      if (!matcher.matches()) {
        throw bad(text);
      }
      String host = Optional.ofNullable(matcher.group("host")).orElse("");
      String port = Optional.ofNullable(matcher.group("port")).orElse("");
      String path = matcher.group("path");
      boolean registry =
          !port.isEmpty() || host.equals("localhost") || host.contains(".") || host.startsWith("[");
      if (!registry) {
        path = host.isEmpty() ? path : host + "/" + path;
        host = DOCKER;
      }
      if (host.equals(DOCKER) && !path.contains("/")) {
        path = "library/" + path;
      }
      Optional<String> digest = Optional.ofNullable(matcher.group("digest"));
      return new Remote(
          host + port,
          path,
          Optional.ofNullable(matcher.group("tag")),
          digest.isPresent() ? Optional.of(Digest.parse(digest.get())) : Optional.empty());
    }

    private static ImageException bad(String text) {
      return new ImageException(
          ImageException.Cause.BAD_NAME,
          "\""
              + Texts.shown(text)
              + "\" does not name an image: give registry/repository:tag,"
              + " oci:/directory:tag or docker-archive:/file");
    }
  }
}
