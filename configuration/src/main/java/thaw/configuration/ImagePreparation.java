package thaw.configuration;

import java.io.IOException;
import java.util.List;

/** Makes disk images of packages, so that the first invocation need not. */
@FunctionalInterface
public interface ImagePreparation {
  /**
   * Makes the image of packages laid over each other, the first at the bottom, unless it is there.
   *
   * @param sha256Hex of one deployment package, or of a function's layers
   */
  void prepare(List<String> sha256Hex) throws IOException;
}
