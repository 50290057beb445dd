package thaw.guest;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.SortedMap;

/** SHA-256 of files and of lists of named parts, in lower-case hex; SHA-512 as npm writes it. */
final class Hashes {
  private final MessageDigest digest = sha256();

  /** Adds a part; its length goes in as well, so that parts cannot run into each other. */
  Hashes add(String name, byte[] content) {
    for (byte[] bytes : new byte[][] {name.getBytes(StandardCharsets.UTF_8), content}) {
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).array());
      digest.update(bytes);
    }
    return this;
  }

  Hashes add(String name, String content) {
    return add(name, content.getBytes(StandardCharsets.UTF_8));
  }

  Hashes addAll(SortedMap<String, byte[]> parts) {
    parts.forEach(this::add);
    return this;
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  static String ofFile(Path file) throws IOException {
    return ofStart(file, Files.size(file));
  }

  /** Of the first {@code bytes} of a file that has at least so many. */
  static String ofStart(Path file, long bytes) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (long left = bytes; left > 0; ) {
        int read = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
        if (read == 0) {
          throw new EOFException(file + " has less than " + bytes + " bytes");
        }
        digest.update(buffer, 0, read);
        left -= read;
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The SHA-512 of a file as npm writes it. */
  static String integrityOf(Path file) throws IOException {
    MessageDigest digest = digest("SHA-512");
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return "sha512-" + Base64.getEncoder().encodeToString(digest.digest());
  }

  private static MessageDigest sha256() {
    return digest("SHA-256");
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }
}
