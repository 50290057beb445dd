package thaw.chunks;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One generation of an owner's key; seals the key tables of manifests by AES-256-GCM (NIST SP
 * 800-38D).
 *
 * @param generation counts the rotations, from 1
 */
@SuppressWarnings("ArrayRecordComponent") // a secret, compared by nobody
record SealingKey(int generation, byte[] key) {
  static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;

  /** Encrypts and authenticates; a fresh nonce stands before the ciphertext. */
  byte[] seal(byte[] plain, byte[] associated) {
    return seal(plain, associated, ChunkCipher.random(NONCE_BYTES));
  }

  byte[] seal(byte[] plain, byte[] associated, byte[] nonce) {
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, associated);
      byte[] sealed = new byte[sealedBytes(plain.length)];
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
    Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES), associated);
    return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
  }

  static int sealedBytes(int plainBytes) {
    return NONCE_BYTES + plainBytes + TAG_BYTES;
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] associated) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * 8, nonce));
    cipher.updateAAD(associated);
    return cipher;
  }

  @Override
  public String toString() {
    return "SealingKey[generation=" + generation + "]"; // never the key
  }
}
