package thaw.chunks;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** Signs GETs of objects in S3 (AWS Signature Version 4, in headers). */
final class S3Signature {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String NO_BODY = Hash.of(new byte[0]).toString();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int DATE_CHARACTERS = 8;

  private final String region;
  private volatile @Nullable DayKey dayKey;

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record DayKey(String secret, String date, byte[] key) {
    @Override
    public String toString() {
      return "DayKey[" + date + "]"; // never the secret
    }
  }

  S3Signature(String region) {
    this.region = region;
  }

  /**
   * The header lines that sign a GET without query.
   *
   * @param host as the request's Host has it
   * @param path encoded as it is sent
   */
  String lines(AwsCredentials credentials, String host, String path, Instant now) {
    String time = TIME.format(now);
    String date = time.substring(0, DATE_CHARACTERS);
    String token =
        credentials instanceof AwsSessionCredentials session ? session.sessionToken() : "";
    boolean hasToken = !token.isEmpty();
    String names =
        "host;x-amz-content-sha256;x-amz-date" + (hasToken ? ";x-amz-security-token" : "");
    String canonical =
        "GET\n"
            + path
            + "\n\nhost:"
            + host
            + "\nx-amz-content-sha256:"
            + NO_BODY
            + "\nx-amz-date:"
            + time
            + (hasToken ? "\nx-amz-security-token:" + token : "")
            + "\n\n"
            + names
            + "\n"
            + NO_BODY;
    String scope = date + "/" + region + "/s3/aws4_request";
    String text =
        ALGORITHM + "\n" + time + "\n" + scope + "\n" + Hash.of(utf8(canonical)).toString();
    byte[] signature = ChunkCipher.hmac(key(credentials.secretAccessKey(), date), utf8(text));
    return "x-amz-content-sha256: "
        + NO_BODY
        + "\r\nX-Amz-Date: "
        + time
        + (hasToken ? "\r\nX-Amz-Security-Token: " + token : "")
        + "\r\nAuthorization: "
        + ALGORITHM
        + " Credential="
        + credentials.accessKeyId()
        + "/"
        + scope
        + ", SignedHeaders="
        + names
        + ", Signature="
        + HexFormat.of().formatHex(signature)
        + "\r\n";
  }

  private byte[] key(String secret, String date) {
    DayKey known = dayKey;
    if (known == null || !known.secret().equals(secret) || !known.date().equals(date)) {
      byte[] key = utf8("AWS4" + secret);
      for (String part : new String[] {date, region, "s3", "aws4_request"}) {
        key = ChunkCipher.hmac(key, utf8(part));
      }
      known = new DayKey(secret, date, key);
      dayKey = known;
    }
    return known.key();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
