package thaw.configuration;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.ImageConfig;
import software.amazon.awssdk.services.lambda.model.ListTagsResponse;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.State;
import thaw.api.AwsJson;
import thaw.model.FunctionVersion;

/** The documents of functions, as JSON in the database and as the worker wants them. */
final class Documents {
  private static final DateTimeFormatter LAST_MODIFIED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Documents() {}

  static String json(FunctionConfiguration document) {
    return new String(AwsJson.write(document), StandardCharsets.UTF_8);
  }

  static FunctionConfiguration document(String json) {
    FunctionConfiguration.Builder builder = FunctionConfiguration.builder();
    AwsJson.readInto(json.getBytes(StandardCharsets.UTF_8), builder);
    return builder.build();
  }

  static String json(Map<String, String> tags) {
    return new String(
        AwsJson.write(ListTagsResponse.builder().tags(tags).build()), StandardCharsets.UTF_8);
  }

  static Map<String, String> tags(String json) {
    ListTagsResponse.Builder builder = ListTagsResponse.builder();
    AwsJson.readInto(json.getBytes(StandardCharsets.UTF_8), builder);
    return builder.build().tags();
  }

  /** A time as LastModified shows it, for example {@code 2026-11-23T07:10:00.000+0000}. */
  static String lastModified(Instant time) {
    return LAST_MODIFIED.format(time);
  }

  /** Without what says how far it is on its way. */
  static FunctionConfiguration withoutStates(FunctionConfiguration document) {
    return document.toBuilder()
        .state((String) null)
        .stateReason(null)
        .stateReasonCode((String) null)
        .lastUpdateStatus((String) null)
        .lastUpdateStatusReason(null)
        .lastUpdateStatusReasonCode((String) null)
        .build();
  }

  static boolean isActive(FunctionConfiguration document) {
    return document.state() == State.ACTIVE;
  }

  /** The code's hash as the code store has it, or the digest of its image. */
  static String codeSha256Hex(FunctionConfiguration document) {
    return isImage(document) ? document.codeSha256() : hex(document.codeSha256());
  }

  /** Whether it is a container image. */
  static boolean isImage(FunctionConfiguration document) {
    return document.packageType() == PackageType.IMAGE;
  }

  /** What ImageConfig says, if there is one. */
  static ImageConfig asked(FunctionConfiguration document) {
    return document.imageConfigResponse() == null
            || document.imageConfigResponse().imageConfig() == null
        ? ImageConfig.builder().build()
        : document.imageConfigResponse().imageConfig();
  }

  /** Lower-case hex of a hash in base64. */
  static String hex(String base64) {
    return HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
  }

  static String json(GetLayerVersionResponse document) {
    return new String(AwsJson.write(document), StandardCharsets.UTF_8);
  }

  static GetLayerVersionResponse layer(String json) {
    GetLayerVersionResponse.Builder builder = GetLayerVersionResponse.builder();
    AwsJson.readInto(json.getBytes(StandardCharsets.UTF_8), builder);
    return builder.build();
  }

  /** What a worker needs to know to run it. */
  static FunctionVersion version(
      FunctionConfiguration document,
      String accountId,
      String region,
      Runtimes runtimes,
      LayerIndex layers,
      ImageIndex images) {
    return new FunctionVersion(
        accountId,
        region,
        document.functionName(),
        document.version(),
        document.revisionId(),
        isImage(document)
            ? FunctionVersion.IMAGE_RUNTIME
            : runtimes.guestRuntime(document.runtimeAsString()),
        isImage(document) ? "" : document.handler(),
        document.memorySize(),
        Duration.ofSeconds(document.timeout()),
        document.ephemeralStorage().size(),
        document.environment() == null ? Map.of() : document.environment().variables(),
        codeSha256Hex(document),
        layers.packages(document),
        document.loggingConfig().logGroup(),
        document.loggingConfig().logFormatAsString(),
        Optional.ofNullable(document.loggingConfig().applicationLogLevelAsString()),
        document.snapStart().optimizationStatus() == SnapStartOptimizationStatus.ON,
        images.image(accountId, document));
  }
}
