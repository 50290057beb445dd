package thaw.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Where the code of functions and layers comes from; {@link thaw.code.CodeStore#image} is one. */
@FunctionalInterface
public interface CodeImages {
  /**
   * The read-only disk image of packages laid over each other, the first at the bottom.
   *
   * @param sha256Hex of one deployment package, or of a function's layers
   */
  Path image(List<String> sha256Hex) throws IOException;
}
