package thaw.model;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * The AWS credentials of one sandbox, made by Thaw for it alone. They open the data endpoint that
 * the sandbox reaches, and nothing else; they are worth nothing once the sandbox is gone.
 *
 * @param accessKeyId as AWS's temporary ones look, {@code ASIA} and 16 characters
 * @param secretAccessKey signs requests (Signature Version 4)
 * @param sessionToken goes with every request
 */
public record SandboxCredentials(String accessKeyId, String secretAccessKey, String sessionToken) {
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int ID_CHARS = 16;
  private static final int SECRET_BYTES = 30;
  private static final int TOKEN_BYTES = 96;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** New ones. */
  public static SandboxCredentials random() {
    StringBuilder id = new StringBuilder("ASIA");
    RANDOM.ints(ID_CHARS, 0, BASE32.length()).forEach(i -> id.append(BASE32.charAt(i)));
    return new SandboxCredentials(id.toString(), base64(SECRET_BYTES), base64(TOKEN_BYTES));
  }

  private static String base64(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64.getEncoder().encodeToString(random);
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "SandboxCredentials[" + accessKeyId + "]";
  }
}
