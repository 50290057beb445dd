package thaw.worker;

import java.io.IOException;
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
}
