package thaw.snapshots;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/** SHA-256, as every JDK has it. */
final class Digests {
  static final int SHA256_BYTES = 32;

  private Digests() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Fields are separated by NUL, which none of them can hold. */
  static String identity(SnapshotHeader header) {
    MessageDigest digest = sha256();
    add(digest, header.kind().name());
    add(digest, header.parent().orElse(""));
    new TreeMap<>(header.identity())
        .forEach((name, value) -> {
          add(digest, name);
          add(digest, value);
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String field) {
    digest.update(field.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
