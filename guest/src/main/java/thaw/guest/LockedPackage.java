package thaw.guest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One Debian package, exactly. Written {@code name=version sha256 size archive:path}.
 *
 * @param name of the package
 * @param version as Debian writes it, with its epoch
 * @param sha256 of the .deb, lower-case hex
 * @param sizeBytes of the .deb
 * @param archive which mirror has it
 * @param path of the .deb below that mirror, as in a URI
 */
record LockedPackage(
    String name, String version, String sha256, long sizeBytes, Archive archive, String path) {

  /** Which of Debian's two archives. */
  enum Archive {
    DEBIAN,
    SECURITY;

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private static final Pattern LINE =
      Pattern.compile(
          "([a-z0-9][a-z0-9+.-]+)=(\\S+) ([0-9a-f]{64}) (\\d{1,12}) (debian|security):(\\S+)");

  static LockedPackage parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches() || matcher.group(6).contains("..")) {
      throw new GuestBuildException(
          "Not a line of a package list: \""
              + line
              + "\"; want name=version sha256 size archive:path");
    }
    return new LockedPackage(
        matcher.group(1),
        matcher.group(2),
        matcher.group(3),
        Long.parseLong(matcher.group(4)),
        Archive.valueOf(matcher.group(5).toUpperCase(java.util.Locale.ROOT)),
        matcher.group(6));
  }

  String line() {
    return "%s=%s %s %d %s:%s".formatted(name, version, sha256, sizeBytes, archive.label(), path);
  }

  /** What it is called in the package store: different content never has the same name. */
  String fileName() {
    return name + "_" + sha256.substring(0, 16) + ".deb";
  }
}
