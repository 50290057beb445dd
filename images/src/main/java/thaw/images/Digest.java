package thaw.images;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 of a manifest, configuration or layer, which is also its name.
 *
 * @param hex 64 lower-case digits
 */
public record Digest(String hex) {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
  private static final String PREFIX = "sha256:";

  public Digest {
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException("not a SHA-256: " + hex);
    }
  }

  /** Of {@code sha256:...}; other hashes are not supported. */
  static Digest parse(String text) throws ImageException {
    if (!text.startsWith(PREFIX) || !HEX.matcher(text.substring(PREFIX.length())).matches()) {
      throw ImageException.invalid(
          "\"" + Texts.shown(text) + "\" is not a digest of the form sha256:<64 hex digits>");
    }
    return new Digest(text.substring(PREFIX.length()));
  }

  static Digest of(byte[] content) {
    return new Digest(HexFormat.of().formatHex(algorithm().digest(content)));
  }

  static Digest ofHash(MessageDigest finished) {
    return new Digest(HexFormat.of().formatHex(finished.digest()));
  }

  static MessageDigest algorithm() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** As {@code sha256:...}. */
  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
