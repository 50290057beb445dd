package thaw.worker;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import thaw.sandbox.DiskImage;

/** Where the code of functions and layers comes from. */
@FunctionalInterface
public interface CodeImages {
  /**
   * The read-only disk image of packages laid over each other, the first at the bottom.
   *
   * @param sha256Hex of one deployment package, or of a function's layers
   */
  DiskImage image(List<String> sha256Hex) throws IOException;

  /**
   * The read-only disk of a container image that was taken in.
   *
   * @param digestHex of its manifest, lower-case hex
   */
  default DiskImage containerImage(String accountId, String digestHex) throws IOException {
    throw new NoSuchFileException("there are no container images here");
  }
}
