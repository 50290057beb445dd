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
import java.util.HexFormat;
import java.util.SortedMap;

/** SHA-256 of files and of lists of named parts, in lower-case hex. */
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
