package thaw.configuration;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;

/**
 * What AWS offers and Thaw does not yet, where a function would behave otherwise without it. Such a
 * request is refused: silence would deploy a function that fails later, or is less safe than its
 * owner believes. Fields whose absence a function does not notice are kept and shown instead.
 */
final class NotOffered {
  private NotOffered() {}

  static void check(CreateFunctionRequest request) {
    Parts.requireX86(request.architecturesAsStrings());
    checkPublishTo(request.publishTo());
    checkExtras(request.capacityProviderConfig(), request.durableConfig());
    if (set(request.tenancyConfig())) {
      throw FunctionErrors.notOffered("TenancyConfig", "leave it out");
    }
    if (set(request.codeSigningConfigArn())) {
      throw FunctionErrors.notOffered("CodeSigningConfigArn", "leave it out");
    }
  }

  static void check(UpdateFunctionCodeRequest request) {
    Parts.requireX86(request.architecturesAsStrings());
    checkPublishTo(request.publishTo());
  }

  static void check(UpdateFunctionConfigurationRequest request) {
    checkExtras(request.capacityProviderConfig(), request.durableConfig());
  }

  static void check(PublishVersionRequest request) {
    checkPublishTo(request.publishTo());
  }

  private static void checkPublishTo(@Nullable Object target) {
    if (set(target)) {
      throw FunctionErrors.notOffered("PublishTo", "leave it out");
    }
  }

  private static void checkExtras(@Nullable Object capacityProvider, @Nullable Object durable) {
    if (set(capacityProvider)) {
      throw FunctionErrors.notOffered("CapacityProviderConfig", "leave it out");
    }
    if (set(durable)) {
      throw FunctionErrors.notOffered("DurableConfig", "leave it out");
    }
  }

  private static boolean set(@Nullable Object value) {
    return value != null;
  }
}
