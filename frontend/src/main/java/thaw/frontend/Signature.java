package thaw.frontend;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.SandboxCredentials;

/**
 * A request's signature (AWS Signature Version 4, in headers), held against the only credentials
 * that are taken.
 */
final class Signature {
  /** How far the clock of who signs may be off. */
  private static final Duration SKEW = Duration.ofMinutes(15);

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          ALGORITHM
              + " +Credential=([A-Z0-9]{16,128})/(\\d{8})/([a-z0-9-]{1,40})/([a-z0-9-]{1,40})/aws4_request"
              + " *, *SignedHeaders=([a-z0-9;-]{1,2048}) *, *Signature=([0-9a-f]{64})");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

  private final SignedHead head;
  private final SandboxCredentials credentials;
  private final String time;
  private final String scope;
  private final List<String> signed;
  private final byte[] given;

  private Signature(
      SignedHead head,
      SandboxCredentials credentials,
      String time,
      String scope,
      List<String> signed,
      byte[] given) {
    this.head = head;
    this.credentials = credentials;
    this.time = time;
    this.scope = scope;
    this.signed = signed;
    this.given = given;
  }

  /**
   * Reads a request's signature and checks all of it but the signature itself.
   *
   * @throws LambdaException MISSING_AUTHENTICATION_TOKEN, INCOMPLETE_SIGNATURE, UNRECOGNIZED_CLIENT
   *     for other credentials, INVALID_SIGNATURE for another scope or a time too far from now
   */
  static Signature of(SignedHead head, SandboxCredentials credentials, String region, Instant now) {
    String authorization = head.value("authorization");
    if (authorization.isEmpty()) {
      throw new LambdaException(
          ErrorCode.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
    }
    Matcher parts = AUTHORIZATION.matcher(authorization);
    if (!parts.matches()) {
      throw new LambdaException(
          ErrorCode.INCOMPLETE_SIGNATURE,
          "Authorization header requires '"
              + ALGORITHM
              + "' with 'Credential', 'SignedHeaders' and 'Signature' parameters.");
    }
    if (!same(parts.group(1), credentials.accessKeyId())
        || !same(head.value("x-amz-security-token"), credentials.sessionToken())) {
      throw new LambdaException(
          ErrorCode.UNRECOGNIZED_CLIENT, "The security token included in the request is invalid.");
    }
    String time = head.value("x-amz-date");
    checkTime(time, now);
    if (!time.startsWith(parts.group(2))
        || !parts.group(3).equals(region)
        || !parts.group(4).equals("lambda")) {
      throw invalid(
          "Credential should be scoped to a valid region ("
              + region
              + "), to the service lambda and to the request's date.");
    }
    List<String> signed = List.of(parts.group(5).split(";", -1));
    requireSigned(head, signed);
    String scope = String.join("/", parts.group(2), region, "lambda", "aws4_request");
    return new Signature(
        head, credentials, time, scope, signed, HexFormat.of().parseHex(parts.group(6)));
  }

  /** What decides over the request must be signed, and nothing may be signed that is not there. */
  private static void requireSigned(SignedHead head, List<String> signed) {
    for (String name : head.headers().keySet()) {
      if ((name.equals("host") || name.startsWith("x-amz-")) && !signed.contains(name)) {
        throw invalid("The header " + name + " must be signed.");
      }
    }
    for (String name : signed) {
      if (!head.headers().containsKey(name)) {
        throw invalid("The header " + name + " is signed but is not there.");
      }
    }
  }

  private static void checkTime(String time, Instant now) {
    Instant signedAt;
    try {
      signedAt = LocalDateTime.parse(time, TIME).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new LambdaException(
          ErrorCode.INCOMPLETE_SIGNATURE,
          "Date must be in ISO-8601 'basic format', in the header X-Amz-Date.",
          e);
    }
    if (Duration.between(signedAt, now).abs().compareTo(SKEW) > 0) {
      throw invalid(
          "Signature %s: %s is too far from %s"
              .formatted(
                  signedAt.isBefore(now) ? "expired" : "not yet current",
                  time,
                  TIME.withZone(ZoneOffset.UTC).format(now)));
    }
  }

  /**
   * Checks the signature.
   *
   * @throws LambdaException INVALID_SIGNATURE in AWS's words
   */
  void verify(byte[] payload) {
    byte[] key = ("AWS4" + credentials.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    String canonical = CanonicalRequest.of(head, signed, sha256(payload));
    String text =
        String.join(
            "\n", ALGORITHM, time, scope, sha256(canonical.getBytes(StandardCharsets.UTF_8)));
    if (!MessageDigest.isEqual(given, hmac(key, text))) {
      throw invalid(
          "The request signature we calculated does not match the signature you provided. Check your"
              + " AWS Secret Access Key and signing method. Consult the service documentation for"
              + " details.");
    }
  }

  private static LambdaException invalid(String message) {
    return new LambdaException(ErrorCode.INVALID_SIGNATURE, message);
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has HmacSHA256", e);
    }
  }
}
