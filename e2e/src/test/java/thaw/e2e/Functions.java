package thaw.e2e;

import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.LogType;

/** Creates and invokes functions with the AWS SDK for Java. */
final class Functions {
  /** Long enough for any handler here on a busy host, and for INIT after a reset. */
  static final int PATIENT_SECONDS = 300;

  private static final String ROLE = "arn:aws:iam::000000000000:role/e2e";

  private Functions() {}

  /** A python function out of {@code src/test/resources/functions/NAME.py}. */
  static void python(ThawPlatform thaw, String name, String module) {
    python(thaw, name, module, changes -> {});
  }

  static void python(
      ThawPlatform thaw,
      String name,
      String module,
      Consumer<CreateFunctionRequest.Builder> changes) {
    SdkBytes zip = Zips.of(module + ".py", Zips.source(module + ".py"));
    create(
        thaw,
        name,
        zip,
        builder -> changes.accept(builder.runtime("python3.13").handler(module + ".handler")));
  }

  /** A function whose {@code bootstrap} is this resource. */
  static void provided(
      ThawPlatform thaw,
      String name,
      String bootstrap,
      Consumer<CreateFunctionRequest.Builder> changes) {
    SdkBytes zip = Zips.of("bootstrap", Zips.source(bootstrap));
    create(
        thaw,
        name,
        zip,
        builder -> changes.accept(builder.runtime("provided.al2023").handler("bootstrap")));
  }

  /** Returns when the function can be invoked. */
  static void create(
      ThawPlatform thaw,
      String name,
      SdkBytes zip,
      Consumer<CreateFunctionRequest.Builder> changes) {
    thaw.lambda()
        .createFunction(builder ->
            changes.accept(
                builder
                    .functionName(name)
                    .role(ROLE)
                    .memorySize(256)
                    .timeout(PATIENT_SECONDS)
                    .code(code -> code.zipFile(zip))));
    thaw.lambda().waiter().waitUntilFunctionActiveV2(request -> request.functionName(name));
  }

  /** Invokes it, with the log's tail. */
  static Answer invoke(ThawPlatform thaw, String name, String event) {
    return new Answer(
        thaw.lambda()
            .invoke(request ->
                request
                    .functionName(name)
                    .logType(LogType.TAIL)
                    .payload(SdkBytes.fromUtf8String(event))));
  }
}
