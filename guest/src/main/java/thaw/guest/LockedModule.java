package thaw.guest;

import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One npm package at its place in an image, exactly. Written {@code name=version integrity path}.
 *
 * @param name of the package, with its scope
 * @param version of the package
 * @param integrity of its tarball as npm writes it: {@code sha512-} and the SHA-512 in Base64
 * @param path where it is unpacked, below {@link #DIRECTORY}: {@code node_modules/...}
 */
record LockedModule(String name, String version, String integrity, String path) {
  /** Where AWS's runtimes have their modules. */
  static final String DIRECTORY = "/var/runtime/";

  private static final Pattern LINE =
      Pattern.compile(
          "((?:@[a-z0-9][a-z0-9._~-]*/)?[a-z0-9][a-z0-9._~-]*)=([0-9A-Za-z.+-]+)"
              + " (sha512-[A-Za-z0-9+/]{86}==) (node_modules/[A-Za-z0-9@._~/-]+)");

  static LockedModule parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches() || matcher.group(4).contains("..")) {
      throw new GuestBuildException(
          "Not a line of a module list: \"" + line + "\"; want name=version integrity path");
    }
    return new LockedModule(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4));
  }

  String line() {
    return "%s=%s %s %s".formatted(name, version, integrity, path);
  }

  /** How npm is asked for it. */
  String specification() {
    return name + "@" + version;
  }

  /** What npm calls the tarball that it downloads. */
  String tarball() {
    return flatName() + "-" + version + ".tgz";
  }

  /** What it is called in the package store: different content never has the same name. */
  String fileName() {
    byte[] sha512 = Base64.getDecoder().decode(integrity.substring("sha512-".length()));
    return flatName() + "_" + HexFormat.of().formatHex(sha512, 0, 8) + ".tgz";
  }

  private String flatName() {
    return name.replace("@", "").replace("/", "-");
  }
}
