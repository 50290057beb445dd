package thaw.configuration;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.code.CodeStore.StoredCode;

/** Makes a function's next configuration out of its present one. */
final class ChangedFunction {
  private ChangedFunction() {}

  /** With other code. */
  static FunctionConfiguration code(FunctionConfiguration now, StoredCode code) {
    return now.toBuilder().codeSha256(code.sha256Base64()).codeSize(code.zipBytes()).build();
  }

  /** With another container image. AWS shows its digest as it is, and no size. */
  static FunctionConfiguration image(FunctionConfiguration now, ImageRow image) {
    return now.toBuilder().codeSha256(image.digestHex()).codeSize(0L).build();
  }

  /** With other layers, or none. */
  static FunctionConfiguration layers(FunctionConfiguration now, List<Layer> layers) {
    FunctionConfiguration.Builder next = now.toBuilder();
    // An empty list would be shown.
    return (layers.isEmpty() ? next.layers((Collection<Layer>) null) : next.layers(layers)).build();
  }

  /** With what a request that was checked gives; what it leaves out stays. */
  static FunctionConfiguration configuration(
      FunctionConfiguration now, UpdateFunctionConfigurationRequest request) {
    FunctionConfiguration.Builder next = now.toBuilder();
    if (request.role() != null) {
      next.role(request.role());
    }
    if (request.handler() != null) {
      next.handler(request.handler());
    }
    if (request.description() != null) {
      next.description(request.description());
    }
    if (request.timeout() != null) {
      next.timeout(request.timeout());
    }
    if (request.memorySize() != null) {
      next.memorySize(request.memorySize());
    }
    if (request.imageConfig() != null) {
      next.imageConfigResponse(Parts.image(request.imageConfig()));
    }
    if (request.runtimeAsString() != null) {
      next.runtime(request.runtimeAsString());
    }
    if (request.ephemeralStorage() != null) {
      next.ephemeralStorage(request.ephemeralStorage());
    }
    if (request.environment() != null) {
      next.environment(Environments.checked(request.environment()).orElse(null));
    }
    keptOnly(now, request, next);
    return next.build();
  }

  /** What Thaw keeps and shows without acting on it. Empty names take away, as on AWS. */
  private static void keptOnly(
      FunctionConfiguration now,
      UpdateFunctionConfigurationRequest request,
      FunctionConfiguration.Builder next) {
    if (request.vpcConfig() != null) {
      next.vpcConfig(Parts.vpc(request.vpcConfig()));
    }
    if (request.deadLetterConfig() != null) {
      next.deadLetterConfig(
          "".equals(request.deadLetterConfig().targetArn()) ? null : request.deadLetterConfig());
    }
    if (request.kmsKeyArn() != null) {
      next.kmsKeyArn(request.kmsKeyArn().isEmpty() ? null : request.kmsKeyArn());
    }
    if (request.tracingConfig() != null) {
      next.tracingConfig(Parts.tracing(request.tracingConfig()));
    }
    if (request.hasFileSystemConfigs()) {
      next.fileSystemConfigs(request.fileSystemConfigs());
    }
    if (request.snapStart() != null) {
      next.snapStart(Parts.snapStart(request.snapStart()));
    }
    if (request.loggingConfig() != null) {
      next.loggingConfig(Parts.logging(request.loggingConfig(), now.functionName()));
    }
  }

  /** As an update that has begun. */
  static FunctionConfiguration updating(FunctionConfiguration next, Instant now) {
    return next.toBuilder()
        .revisionId(UUID.randomUUID().toString())
        .lastModified(Documents.lastModified(now))
        .lastUpdateStatus(LastUpdateStatus.IN_PROGRESS)
        .lastUpdateStatusReason(NewFunction.CREATING)
        .lastUpdateStatusReasonCode("Creating")
        .build();
  }

  /** As one that is ready. AWS gives it another revision than it had on the way. */
  static FunctionConfiguration ready(FunctionConfiguration document) {
    return document.toBuilder()
        .revisionId(UUID.randomUUID().toString())
        .state(State.ACTIVE)
        .stateReason(null)
        .stateReasonCode((String) null)
        .lastUpdateStatus(LastUpdateStatus.SUCCESSFUL)
        .lastUpdateStatusReason(null)
        .lastUpdateStatusReasonCode((String) null)
        .build();
  }

  /** As one that could not be made ready. */
  static FunctionConfiguration failed(FunctionConfiguration document, Unready why) {
    return document.toBuilder()
        .revisionId(UUID.randomUUID().toString())
        .state(State.FAILED)
        .stateReason(why.reason())
        .stateReasonCode(why.code())
        .build();
  }

  /** As one whose update failed: the configuration before it, and why. */
  static FunctionConfiguration updateFailed(FunctionConfiguration previous, Unready why) {
    return previous.toBuilder()
        .revisionId(UUID.randomUUID().toString())
        .lastUpdateStatus(LastUpdateStatus.FAILED)
        .lastUpdateStatusReason(why.reason())
        .lastUpdateStatusReasonCode(why.code())
        .build();
  }
}
