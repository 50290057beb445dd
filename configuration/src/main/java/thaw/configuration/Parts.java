package thaw.configuration;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.ImageConfig;
import software.amazon.awssdk.services.lambda.model.ImageConfigResponse;
import software.amazon.awssdk.services.lambda.model.LogFormat;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;
import software.amazon.awssdk.services.lambda.model.SnapStart;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.SnapStartResponse;
import software.amazon.awssdk.services.lambda.model.TracingConfig;
import software.amazon.awssdk.services.lambda.model.TracingConfigResponse;
import software.amazon.awssdk.services.lambda.model.TracingMode;
import software.amazon.awssdk.services.lambda.model.VpcConfig;
import software.amazon.awssdk.services.lambda.model.VpcConfigResponse;

/** The parts of a configuration that requests and answers have in different shapes. */
final class Parts {
  private Parts() {}

  static SnapStartResponse snapStart(SnapStart asked) {
    return SnapStartResponse.builder()
        .applyOn(asked.applyOn() == null ? SnapStartApplyOn.NONE : asked.applyOn())
        .optimizationStatus(SnapStartOptimizationStatus.OFF)
        .build();
  }

  static TracingConfigResponse tracing(TracingConfig asked) {
    return TracingConfigResponse.builder()
        .mode(asked.mode() == null ? TracingMode.PASS_THROUGH : asked.mode())
        .build();
  }

  /** Empty lists and names take nothing's place, as on AWS; nothing at all is not shown. */
  static @Nullable ImageConfigResponse image(@Nullable ImageConfig asked) {
    if (asked == null) {
      return null;
    }
    ImageConfig.Builder config = ImageConfig.builder();
    if (!asked.entryPoint().isEmpty()) {
      config.entryPoint(asked.entryPoint());
    }
    if (!asked.command().isEmpty()) {
      config.command(asked.command());
    }
    if (asked.workingDirectory() != null && !asked.workingDirectory().isEmpty()) {
      config.workingDirectory(asked.workingDirectory());
    }
    ImageConfig given = config.build();
    return given.equals(ImageConfig.builder().build())
        ? null
        : ImageConfigResponse.builder().imageConfig(given).build();
  }

  static VpcConfigResponse vpc(VpcConfig asked) {
    return VpcConfigResponse.builder()
        .subnetIds(asked.subnetIds())
        .securityGroupIds(asked.securityGroupIds())
        .ipv6AllowedForDualStack(Boolean.TRUE.equals(asked.ipv6AllowedForDualStack()))
        .build();
  }

  /** What was asked for, and AWS's defaults for the rest; levels are for JSON only. */
  static LoggingConfig logging(LoggingConfig asked, String functionName) {
    LogFormat format = asked.logFormat() == null ? LogFormat.TEXT : asked.logFormat();
    boolean levels =
        asked.applicationLogLevelAsString() != null || asked.systemLogLevelAsString() != null;
    if (format == LogFormat.TEXT && levels) {
      throw FunctionErrors.invalid(
          "ApplicationLogLevel and SystemLogLevel can only be set when LogFormat is JSON.");
    }
    LoggingConfig.Builder config =
        asked.toBuilder()
            .logFormat(format)
            .logGroup(asked.logGroup() == null ? "/aws/lambda/" + functionName : asked.logGroup());
    if (format == LogFormat.JSON) {
      String application = asked.applicationLogLevelAsString();
      String system = asked.systemLogLevelAsString();
      config
          .applicationLogLevel(application == null ? "INFO" : application)
          .systemLogLevel(system == null ? "INFO" : system);
    }
    return config.build();
  }

  static void requireX86(List<String> architectures) {
    if (!architectures.isEmpty()
        && !architectures.equals(List.of(Architecture.X86_64.toString()))) {
      throw FunctionErrors.notOffered(
          "Architecture " + String.join(", ", architectures),
          "this host and its guests are x86_64, which cannot run code built for arm64;"
              + " build it for x86_64");
    }
  }
}
