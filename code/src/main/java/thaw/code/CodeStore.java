package thaw.code;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Deployment packages by their hash, and the read-only disk images made of them. A package is on
 * disk whole or not at all, whatever instant the process dies at.
 */
public final class CodeStore {
  /** A stored package. */
  public record StoredCode(
      String sha256Hex, String sha256Base64, long zipBytes, long unzippedBytes) {}

  /**
   * Checks an archive (see docs), stores it durably and makes its disk image.
   *
   * @throws thaw.model.LambdaException INVALID_PARAMETER_VALUE with AWS's text for a bad archive
   */
  public StoredCode put(byte[] zip) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** The stored zip, as uploaded. */
  public Path zip(String sha256Hex) {
    throw new UnsupportedOperationException();
  }

  /** The read-only disk image of the code, rebuilt from the zip if it is missing. */
  public Path image(String sha256Hex) throws IOException {
    throw new UnsupportedOperationException();
  }
}
