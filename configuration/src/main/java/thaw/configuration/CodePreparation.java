package thaw.configuration;

import java.io.IOException;
import java.util.List;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/** Makes the disk images of a function: its runtime's, that of its code, and one of its layers. */
final class CodePreparation {
  private final ImagePreparation images;
  private final LayerIndex layers;
  private final Runtimes runtimes;
  private final RuntimePreparation runtimeImages;

  CodePreparation(
      ImagePreparation images,
      LayerIndex layers,
      Runtimes runtimes,
      RuntimePreparation runtimeImages) {
    this.images = images;
    this.layers = layers;
    this.runtimes = runtimes;
    this.runtimeImages = runtimeImages;
  }

  void prepare(FunctionConfiguration document) throws IOException {
    runtimeImages.prepare(runtimes.guestRuntime(document.runtimeAsString()));
    images.prepare(List.of(Documents.codeSha256Hex(document)));
    List<String> packages = layers.packages(document);
    if (!packages.isEmpty()) {
      images.prepare(packages);
    }
  }
}
