package thaw.configuration;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/** Which package each layer version has, in memory; deleted ones too, while functions have them. */
final class LayerIndex {
  private final Map<String, String> packages = new ConcurrentHashMap<>();

  void put(LayerRow row) {
    packages.put(row.arn(), row.codeSha256Hex());
  }

  void remove(String arn) {
    packages.remove(arn);
  }

  /** Hashes of the packages of a function's layers, in their order. */
  List<String> packages(FunctionConfiguration document) {
    return document.layers().stream()
        .map(layer ->
            Objects.requireNonNull(packages.get(layer.arn()), () -> "no layer " + layer.arn()))
        .toList();
  }
}
