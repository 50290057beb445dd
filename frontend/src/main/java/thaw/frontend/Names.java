package thaw.frontend;

import java.util.Optional;
import thaw.model.FunctionReference;

/**
 * Understands functions' names in the one account and region served.
 *
 * @param accountId 12 digits
 * @param region AWS region name
 */
record Names(String accountId, String region) {
  FunctionReference parse(String name, Optional<String> qualifier) {
    return FunctionReference.parse(name, qualifier, accountId, region);
  }
}
