package thaw.configuration;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.EphemeralStorage;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.SnapStart;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;
import software.amazon.awssdk.services.lambda.model.TracingConfig;
import thaw.code.CodeStore.StoredCode;
import thaw.model.FunctionReference;

/** Makes the first configuration of a function out of CreateFunction's request. */
final class NewFunction {
  static final String CREATING = "The function is being created.";

  private static final int DEFAULT_TIMEOUT_SECONDS = 3;
  private static final int DEFAULT_MEMORY_MB = 128;
  private static final int DEFAULT_STORAGE_MB = 512;

  private NewFunction() {}

  /**
   * Refuses what cannot be created, before its code is looked at.
   *
   * @throws thaw.model.LambdaException INVALID_PARAMETER_VALUE
   */
  static void check(CreateFunctionRequest request, Runtimes runtimes) {
    NotOffered.check(request);
    if (ContainerImages.check(request)) {
      checkCommon(request);
      return;
    }
    if (isBlank(request.runtimeAsString()) || isBlank(request.handler())) {
      throw FunctionErrors.invalid(
          "Runtime and Handler are mandatory parameters for functions created with deployment"
              + " packages.");
    }
    runtimes.requireOffered(request.runtimeAsString());
    if (request.snapStart() != null) {
      runtimes.requireSnapStart(request.snapStart().applyOn(), request.runtimeAsString());
    }
    checkCommon(request);
  }

  private static void checkCommon(CreateFunctionRequest request) {
    if (request.environment() != null) {
      Environments.checked(request.environment());
    }
    Tags.check(request.tags());
  }

  /** The configuration of a request that was checked; the function is Pending. */
  static FunctionConfiguration document(
      FunctionReference function,
      CreateFunctionRequest request,
      List<Layer> layers,
      StoredCode code,
      Instant now) {
    return ChangedFunction.code(
        document(function, request, layers, now).toBuilder().packageType(PackageType.ZIP).build(),
        code);
  }

  /** The same of a function that is a container image. */
  static FunctionConfiguration document(
      FunctionReference function, CreateFunctionRequest request, ImageRow image, Instant now) {
    FunctionConfiguration document =
        document(function, request, List.of(), now).toBuilder()
            .packageType(PackageType.IMAGE)
            .imageConfigResponse(Parts.image(request.imageConfig()))
            .build();
    return ChangedFunction.image(document, image);
  }

  private static FunctionConfiguration document(
      FunctionReference function, CreateFunctionRequest request, List<Layer> layers, Instant now) {
    String name = function.name();
    FunctionConfiguration.Builder document =
        FunctionConfiguration.builder()
            .functionName(name)
            .functionArn(function.functionArn())
            .runtime(request.runtimeAsString())
            .role(request.role())
            .handler(request.handler())
            .description(request.description() == null ? "" : request.description())
            .timeout(or(request.timeout(), DEFAULT_TIMEOUT_SECONDS))
            .memorySize(or(request.memorySize(), DEFAULT_MEMORY_MB))
            .lastModified(Documents.lastModified(now))
            .version(FunctionReference.LATEST)
            .revisionId(UUID.randomUUID().toString())
            .kmsKeyArn(request.kmsKeyArn())
            .deadLetterConfig(request.deadLetterConfig())
            .architectures(Architecture.X86_64)
            .tracingConfig(
                Parts.tracing(or(request.tracingConfig(), TracingConfig.builder().build())))
            .snapStart(Parts.snapStart(or(request.snapStart(), SnapStart.builder().build())))
            .loggingConfig(
                Parts.logging(or(request.loggingConfig(), LoggingConfig.builder().build()), name))
            .ephemeralStorage(
                or(
                    request.ephemeralStorage(),
                    EphemeralStorage.builder().size(DEFAULT_STORAGE_MB).build()))
            .state(State.PENDING)
            .stateReason(CREATING)
            .stateReasonCode(StateReasonCode.CREATING);
    if (!layers.isEmpty()) {
      document.layers(layers);
    }
    if (request.hasFileSystemConfigs()) {
      document.fileSystemConfigs(request.fileSystemConfigs());
    }
    if (request.vpcConfig() != null) {
      document.vpcConfig(Parts.vpc(request.vpcConfig()));
    }
    if (request.environment() != null) {
      Environments.checked(request.environment()).ifPresent(document::environment);
    }
    return document.build();
  }

  private static boolean isBlank(@Nullable String text) {
    return text == null || text.isBlank();
  }

  private static <T> T or(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
