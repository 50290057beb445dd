package thaw.configuration;

import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;

/**
 * A layer version as it stands in the database.
 *
 * @param unzippedBytes what its package unpacks to
 * @param document what the API answers, without a location of the package
 * @param deleted whether only functions that have it can use it
 * @param policy which other accounts may use it, if any
 */
record LayerRow(
    String accountId,
    String name,
    long number,
    long unzippedBytes,
    GetLayerVersionResponse document,
    boolean deleted,
    Optional<LayerPolicy> policy) {
  String arn() {
    return document.layerVersionArn();
  }

  /** Whether functions of an account may have it. */
  boolean isUsableBy(String otherAccountId) {
    return accountId.equals(otherAccountId)
        || policy.filter(p -> p.allows(otherAccountId)).isPresent();
  }

  String codeSha256Hex() {
    return Documents.hex(document.content().codeSha256());
  }
}
