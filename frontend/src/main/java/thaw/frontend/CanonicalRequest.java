package thaw.frontend;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The text of a request that Signature Version 4 signs.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">
 *     AWS: create a signed request</a>
 */
final class CanonicalRequest {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  private CanonicalRequest() {}

  /**
   * @param signed lower-case names of the headers that are signed, in order
   */
  static String of(SignedHead head, List<String> signed, String payloadSha256) {
    String headers =
        signed.stream()
            .map(name -> name + ":" + head.value(name) + "\n")
            .collect(Collectors.joining());
    return String.join(
        "\n",
        head.method(),
        path(head.path()),
        query(head.query()),
        headers,
        String.join(";", signed),
        payloadSha256);
  }

  /** Encoded once more than on the wire: so it is with every service but S3. */
  private static String path(String raw) {
    return Arrays.stream(raw.split("/", -1))
        .map(CanonicalRequest::encode)
        .collect(Collectors.joining("/"));
  }

  private static String query(String raw) {
    if (raw.isEmpty()) {
      return "";
    }
    return Arrays.stream(raw.split("&", -1))
        .filter(pair -> !pair.isEmpty())
        .map(pair -> {
          int equals = pair.indexOf('=');
          return equals < 0
              ? recoded(pair) + "="
              : recoded(pair.substring(0, equals)) + "=" + recoded(pair.substring(equals + 1));
        })
        .sorted()
        .collect(Collectors.joining("&"));
  }

  private static String recoded(String text) {
    return encode(Percent.decode(text));
  }

  private static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 16);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b >= 0 && UNRESERVED.indexOf(b) >= 0) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append("%02X".formatted(b & 0xFF));
      }
    }
    return encoded.toString();
  }
}
