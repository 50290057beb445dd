package thaw.worker;

import java.io.IOException;
import java.nio.file.Path;

/** Where functions' code comes from; {@link thaw.code.CodeStore#image} is one. */
@FunctionalInterface
public interface CodeImages {
  /** The read-only disk image of a deployment package, named by its SHA-256 in hex. */
  Path image(String sha256Hex) throws IOException;
}
