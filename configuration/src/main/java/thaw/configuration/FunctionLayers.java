package thaw.configuration;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.Layer;
import thaw.model.FunctionReference;
import thaw.model.LayerReference;
import thaw.model.Limits;

/** The layers of functions: finds those that are asked for, and keeps them within AWS's limits. */
final class FunctionLayers {
  private final LayerStore store;

  FunctionLayers(LayerStore store) {
    this.store = store;
  }

  /**
   * The layers of these ARNs, as a function's configuration shows them.
   *
   * @throws thaw.model.LambdaException INVALID_PARAMETER_VALUE if there are too many, two versions
   *     of one, or one that is not there; ACCESS_DENIED for another account's whose policy does not
   *     allow it
   */
  List<Layer> find(List<String> arns, FunctionReference function) {
    if (arns.size() > Limits.LAYERS) {
      throw FunctionErrors.invalid("Cannot reference more than " + Limits.LAYERS + " layers.");
    }
    Map<String, String> seen = new HashMap<>();
    return arns.stream()
        .map(arn -> {
          LayerRow row = row(arn, function);
          String other = seen.put(row.document().layerArn(), arn);
          if (other != null) {
            throw FunctionErrors.invalid(
                ("Two different versions of the same layer are not allowed to be referenced in"
                        + " the same function. %s and %s are versions of the same layer.")
                    .formatted(other, arn));
          }
          return Layer.builder()
              .arn(row.arn())
              .codeSize(row.document().content().codeSize())
              .build();
        })
        .toList();
  }

  private LayerRow row(String arn, FunctionReference function) {
    LayerReference layer = LayerReference.parse(arn, function.accountId(), function.region());
    Optional<LayerRow> row =
        Numbers.parse(arn.substring(arn.lastIndexOf(':') + 1))
            .flatMap(number -> store.find(layer, number));
    if (!layer.accountId().equals(function.accountId())
        && row.filter(r -> r.isUsableBy(function.accountId())).isEmpty()) {
      throw LayerReference.denied(arn);
    }
    return row.orElseThrow(
        () -> FunctionErrors.invalid("Layer version " + arn + " does not exist."));
  }

  /**
   * Checks that code and layers are not too large together.
   *
   * @param layers as a function's configuration shows them, deleted ones too
   * @param codeBytes what the function's own package unpacks to
   * @throws thaw.model.LambdaException INVALID_PARAMETER_VALUE
   */
  void requireRoom(List<Layer> layers, long codeBytes, FunctionReference function) {
    long bytes = codeBytes;
    for (Layer layer : layers) {
      LayerReference reference =
          LayerReference.parse(layer.arn(), function.accountId(), function.region());
      long number = Long.parseLong(layer.arn().substring(layer.arn().lastIndexOf(':') + 1));
      bytes += store.findAny(reference, number).map(LayerRow::unzippedBytes).orElse(0L);
    }
    if (bytes > Limits.UNZIPPED_CODE_BYTES) {
      throw FunctionErrors.invalid(
          ("Function code combined with layers exceeds the maximum allowed size of %d bytes. The"
                  + " actual size is %d bytes.")
              .formatted(Limits.UNZIPPED_CODE_BYTES, bytes));
    }
  }
}
