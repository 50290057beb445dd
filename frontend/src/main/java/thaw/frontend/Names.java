package thaw.frontend;

import java.util.Optional;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;
import thaw.model.LayerReference;

/**
 * Understands names of functions and layers in the one account and region served.
 *
 * @param accountId 12 digits
 * @param region AWS region name
 */
record Names(String accountId, String region) {
  /** A layer to read from: of any account. */
  LayerReference layer(String nameOrArn) {
    return LayerReference.parse(nameOrArn, accountId, region);
  }

  /**
   * A layer to change or list.
   *
   * @throws LambdaException ACCESS_DENIED for another account's
   */
  LayerReference ownLayer(String nameOrArn) {
    LayerReference layer = layer(nameOrArn);
    if (!layer.accountId().equals(accountId)) {
      throw new LambdaException(
          ErrorCode.ACCESS_DENIED,
          "This is account " + accountId + ", which may not do that to " + nameOrArn);
    }
    return layer;
  }

  FunctionReference parse(String name, Optional<String> qualifier) {
    return FunctionReference.parse(name, qualifier, accountId, region);
  }
}
