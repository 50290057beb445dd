package thaw.chunks;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256, which names what it is the hash of: a chunk by its ciphertext, a manifest by its
 * bytes. Four longs rather than an array: it is a key of large maps.
 *
 * @param first bytes 0 to 7, big-endian; the others follow
 */
public record Hash(long first, long second, long third, long fourth) implements Comparable<Hash> {
  static final int BYTES = 32;

  /** The hash of these bytes. */
  public static Hash of(byte[] bytes) {
    MessageDigest digest = sha256();
    for (int at = 0; at < bytes.length; at += ChunkCipher.PIECE_BYTES) {
      digest.update(bytes, at, Math.min(ChunkCipher.PIECE_BYTES, bytes.length - at));
    }
    return read(ByteBuffer.wrap(digest.digest()));
  }

  /**
   * Reads 64 lower-case hex digits.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static Hash parse(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    Hash hash = bytes.length == BYTES ? read(ByteBuffer.wrap(bytes)) : new Hash(0, 0, 0, 0);
    if (!hash.toString().equals(hex)) {
      throw new IllegalArgumentException("not a hash: " + hex);
    }
    return hash;
  }

  static Hash read(ByteBuffer in) {
    return new Hash(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  void write(ByteBuffer out) {
    out.putLong(first).putLong(second).putLong(third).putLong(fourth);
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    write(bytes);
    return bytes.array();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  @Override
  public int compareTo(Hash other) {
    int order = Long.compareUnsigned(first, other.first);
    order = order != 0 ? order : Long.compareUnsigned(second, other.second);
    order = order != 0 ? order : Long.compareUnsigned(third, other.third);
    return order != 0 ? order : Long.compareUnsigned(fourth, other.fourth);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
