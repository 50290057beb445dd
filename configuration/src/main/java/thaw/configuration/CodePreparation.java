package thaw.configuration;

import java.io.IOException;
import java.util.List;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * Makes the disk images of a function: its runtime's, that of its code, and one of its layers; or
 * that of its container image.
 */
final class CodePreparation {
  private final ImagePreparation images;
  private final LayerIndex layers;
  private final Runtimes runtimes;
  private final RuntimePreparation runtimeImages;
  private final ContainerImages containerImages;

  CodePreparation(
      ImagePreparation images,
      LayerIndex layers,
      Runtimes runtimes,
      RuntimePreparation runtimeImages,
      ContainerImages containerImages) {
    this.images = images;
    this.layers = layers;
    this.runtimes = runtimes;
    this.runtimeImages = runtimeImages;
    this.containerImages = containerImages;
  }

  void prepare(String accountId, FunctionConfiguration document) throws IOException {
    if (Documents.isImage(document)) {
      containerImages.prepare(accountId, document);
      return;
    }
    runtimeImages.prepare(runtimes.guestRuntime(document.runtimeAsString()));
    images.prepare(List.of(Documents.codeSha256Hex(document)));
    List<String> packages = layers.packages(document);
    if (!packages.isEmpty()) {
      images.prepare(packages);
    }
  }
}
