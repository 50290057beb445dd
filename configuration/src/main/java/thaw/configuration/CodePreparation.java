package thaw.configuration;

import java.io.IOException;
import java.util.List;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/** Makes the disk images of a function: that of its code, and one of its layers if it has any. */
final class CodePreparation {
  private final ReadyMaker.Preparation images;
  private final LayerIndex layers;

  CodePreparation(ReadyMaker.Preparation images, LayerIndex layers) {
    this.images = images;
    this.layers = layers;
  }

  void prepare(FunctionConfiguration document) throws IOException {
    images.prepare(List.of(Documents.codeSha256Hex(document)));
    List<String> packages = layers.packages(document);
    if (!packages.isEmpty()) {
      images.prepare(packages);
    }
  }
}
