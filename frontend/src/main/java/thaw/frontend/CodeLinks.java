package thaw.frontend;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/**
 * Links to deployment packages that work for a while and for nobody who was not given one: the hash
 * and the end of validity, signed with a key of this process.
 */
final class CodeLinks {
  private final SecretKeySpec key;
  private final Duration validity;
  private final InstantSource clock;

  CodeLinks(Duration validity, InstantSource clock) {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, "HmacSHA256");
    this.validity = validity;
    this.clock = clock;
  }

  /** Path and query of a link to the package with this hash. */
  String link(String sha256Hex) {
    long expires = clock.instant().plus(validity).getEpochSecond();
    return "/_thaw/code/"
        + sha256Hex
        + "?expires="
        + expires
        + "&signature="
        + HexFormat.of().formatHex(sign(sha256Hex, Long.toString(expires)));
  }

  /**
   * @throws LambdaException ACCESS_DENIED if the link was not made here or is over
   */
  void check(String sha256Hex, String expires, String signature) {
    byte[] given;
    try {
      given = HexFormat.of().parseHex(signature);
    } catch (IllegalArgumentException e) {
      throw denied("The link's signature is not valid");
    }
    if (!MessageDigest.isEqual(given, sign(sha256Hex, expires))) {
      throw denied("The link's signature is not valid");
    }
    // Signed here, so it is a number.
    if (Long.parseLong(expires) < clock.instant().getEpochSecond()) {
      throw denied("The link has expired; ask GetFunction for another");
    }
  }

  private static LambdaException denied(String message) {
    return new LambdaException(ErrorCode.ACCESS_DENIED, message);
  }

  private byte[] sign(String sha256Hex, String expires) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal((sha256Hex + "\n" + expires).getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has HmacSHA256", e);
    }
  }
}
