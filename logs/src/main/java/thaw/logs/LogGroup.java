package thaw.logs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names a log group.
 *
 * @param accountId 12 digits
 * @param region AWS region name
 * @param name for example {@code /aws/lambda/hello}; any text, 1 to 512 characters in AWS
 */
public record LogGroup(String accountId, String region, String name) {
  private static final int LONGEST_FILE_NAME = 200;

  /** Its directory: {@code <account>/<region>/<encoded name>} under {@code root}. */
  Path directory(Path root) {
    return root.resolve(encode(accountId)).resolve(encode(region)).resolve(encode(name));
  }

  /**
   * Percent-encodes everything but letters, digits, {@code _} and {@code -}, so that no name can
   * leave its parent; a long one keeps its beginning and is told apart by its hash.
   */
  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 16);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || c == '_' || c == '-')) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    if (encoded.length() <= LONGEST_FILE_NAME) {
      return encoded.toString();
    }
    return encoded.substring(0, LONGEST_FILE_NAME - 65) + "~" + sha256(text);
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
