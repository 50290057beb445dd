package thaw.cli.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import thaw.code.CodeStore;
import thaw.images.ImageStore;
import thaw.worker.CodeImages;

/** The disks of functions, wherever they are kept. */
record Disks(CodeStore code, ImageStore images) implements CodeImages {
  @Override
  public Path image(List<String> sha256Hex) throws IOException {
    return code.image(sha256Hex);
  }

  @Override
  public Path containerImage(String accountId, String digestHex) throws IOException {
    return images.disk(accountId, digestHex);
  }
}
