package thaw.chunks;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a chunk is encrypted: AES-256-CTR. A key belongs to one plaintext only (it is random, or made
 * of the plaintext's hash), so the counter always starts at zero.
 */
final class ChunkCipher {
  /** A chunk's size, plain or encrypted, bytes; the last one of a file may be smaller. */
  static final int CHUNK_BYTES = 512 * 1024;

  static final int KEY_BYTES = 32;

  /**
   * What a chunk's length is a multiple of, and what the JDK's ciphers and digests are given at a
   * time. Its AES-CTR is thirty times slower when it is given a whole chunk, and takes ten times as
   * long until it is compiled.
   */
  static final int PIECE_BYTES = 4096;

  private static final int WARM_UP_ROUNDS = 200;
  private static final SecureRandom RANDOM = new SecureRandom();

  private ChunkCipher() {}

  /**
   * Length of a chunk.
   *
   * @param restBytes length of the file from the chunk's start on
   */
  static int chunkBytes(long restBytes) {
    return Math.toIntExact(
        Math.min(CHUNK_BYTES, Math.ceilDiv(restBytes, (long) PIECE_BYTES) * PIECE_BYTES));
  }

  /** Whether a chunk can be that long. */
  static boolean isChunkLength(long bytes) {
    return bytes > 0 && bytes <= CHUNK_BYTES && bytes % PIECE_BYTES == 0;
  }

  /** Encrypts or decrypts a chunk in place: in counter mode they are the same. */
  static void crypt(byte[] key, byte[] chunk) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
      byte[] piece = new byte[PIECE_BYTES];
      for (int at = 0; at < chunk.length; at += PIECE_BYTES) {
        cipher.update(chunk, at, PIECE_BYTES, piece, 0);
        System.arraycopy(piece, 0, chunk, at, PIECE_BYTES);
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError("AES-CTR always encrypts", e);
    }
  }

  static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }

  /** HMAC-SHA256 over the parts, one after the other. */
  static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HMAC-SHA256", e);
    }
  }

  /**
   * Has the JIT compile what every chunk passes through. Uncompiled, AES takes a hundred times as
   * long, and the first resumes of a worker would pay for it.
   */
  static void warmUp() {
    byte[] key = random(KEY_BYTES);
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      Hash.of(chunk);
      crypt(key, chunk);
    }
  }
}
