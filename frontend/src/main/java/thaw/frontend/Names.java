package thaw.frontend;

import java.util.Optional;
import thaw.model.FunctionReference;
import thaw.model.LayerReference;

/**
 * Understands names of functions and layers in the one account and region served.
 *
 * @param accountId 12 digits
 * @param region AWS region name
 */
record Names(String accountId, String region) {
  LayerReference layer(String nameOrArn) {
    return LayerReference.parse(nameOrArn, accountId, region);
  }

  FunctionReference parse(String name, Optional<String> qualifier) {
    return FunctionReference.parse(name, qualifier, accountId, region);
  }
}
