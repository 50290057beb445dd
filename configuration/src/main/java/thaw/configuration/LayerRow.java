package thaw.configuration;

import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;

/**
 * A layer version as it stands in the database.
 *
 * @param unzippedBytes what its package unpacks to
 * @param document what the API answers, without a location of the package
 * @param deleted whether only functions that have it can use it
 */
record LayerRow(
    String accountId,
    String name,
    long number,
    long unzippedBytes,
    GetLayerVersionResponse document,
    boolean deleted) {
  String arn() {
    return document.layerVersionArn();
  }

  String codeSha256Hex() {
    return Documents.hex(document.content().codeSha256());
  }
}
