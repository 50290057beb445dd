package thaw.snapshots;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A key that seals key tables (AES-256-GCM, NIST SP 800-38D). */
public final class SnapshotKey {
  static final int KEY_BYTES = 32;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKey key;

  SnapshotKey(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }

  /** Encrypts and authenticates; a fresh nonce stands before the ciphertext. */
  byte[] seal(byte[] plain, byte[] associated) {
    try {
      byte[] nonce = random(NONCE_BYTES);
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, associated);
      byte[] sealed = new byte[NONCE_BYTES + cipher.getOutputSize(plain.length)];
      System.arraycopy(nonce, 0, sealed, 0, NONCE_BYTES);
      cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("AES-GCM always seals", e);
    }
  }

  /**
   * Opens what {@link #seal} made.
   *
   * @throws GeneralSecurityException if the key is another or a bit of either input was changed
   */
  byte[] open(byte[] sealed, byte[] associated) throws GeneralSecurityException {
    byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
    Cipher cipher = cipher(Cipher.DECRYPT_MODE, nonce, associated);
    return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
  }

  static int sealedBytes(int plainBytes) {
    return NONCE_BYTES + plainBytes + TAG_BITS / 8;
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] associated) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(associated);
    return cipher;
  }
}
