package thaw.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The Debian mirrors to build from.
 *
 * @param debian base URI of the archive, without a slash at its end
 * @param security base URI of the security archive, if there is one
 */
record Mirrors(String debian, Optional<String> security) {
  /** Suites by which a source is known to be Debian's own archive. */
  private static final Pattern DEBIAN_SUITE =
      Pattern.compile(
          "(bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)"
              + "(-updates|-backports|-backports-sloppy|-proposed-updates)?");

  private static final Pattern SECURITY_SUITE = Pattern.compile("[a-z]+(-security|/updates)");

  /** One source of apt's, whichever way it was written. */
  record Source(String uri, String suite, Set<String> components) {}

  Mirrors {
    debian = withoutSlash(debian);
    security = security.map(Mirrors::withoutSlash);
  }

  String of(LockedPackage.Archive archive) {
    return switch (archive) {
      case DEBIAN -> debian;
      case SECURITY ->
          security.orElseThrow(() ->
              new GuestBuildException(
                  "The package list has security updates, but no security mirror is in"
                      + " /etc/apt/sources.list*: set guest.securityMirror"));
    };
  }

  /** What the settings say, else what this machine's apt is configured with. */
  static Mirrors find(GuestSettings settings, Path aptDirectory) {
    List<Source> sources = sources(aptDirectory);
    String debian =
        settings
            .mirror()
            .or(() -> firstUri(sources, DEBIAN_SUITE))
            .orElseThrow(() ->
                new GuestBuildException(
                    "No Debian mirror is configured in "
                        + aptDirectory
                        + "/sources.list*: set guest.mirror to one"));
    return new Mirrors(
        debian, settings.securityMirror().or(() -> firstUri(sources, SECURITY_SUITE)));
  }

  private static Optional<String> firstUri(List<Source> sources, Pattern suite) {
    return sources.stream()
        .filter(source -> source.components().contains("main"))
        .filter(source -> suite.matcher(source.suite()).matches())
        .map(Source::uri)
        .findFirst();
  }

  private static List<Source> sources(Path aptDirectory) {
    List<Source> sources = new ArrayList<>();
    try {
      List<Path> files = new ArrayList<>(List.of(aptDirectory.resolve("sources.list")));
      Path parts = aptDirectory.resolve("sources.list.d");
      if (Files.isDirectory(parts)) {
        try (Stream<Path> list = Files.list(parts)) {
          list.sorted().forEach(files::add);
        }
      }
      for (Path file : files) {
        if (Files.isReadable(file)) {
          String name = file.getFileName().toString();
          String text = Files.readString(file, StandardCharsets.UTF_8);
          if (name.endsWith(".sources")) {
            sources.addAll(AptSourcesFormats.deb822(text));
          } else if (name.endsWith(".list")) {
            sources.addAll(AptSourcesFormats.oneLine(text));
          }
        }
      }
    } catch (IOException e) {
      throw new GuestBuildException("Cannot read apt's sources: " + e.getMessage(), e);
    }
    return sources;
  }

  private static String withoutSlash(String uri) {
    return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
  }
}
