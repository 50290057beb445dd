package thaw.configuration;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.services.lambda.model.Environment;
import software.amazon.awssdk.services.lambda.model.EnvironmentResponse;
import thaw.api.AwsJson;
import thaw.model.Limits;

/**
 * The customer's environment variables and what AWS allows of them.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime">
 *     AWS: defined runtime environment variables</a>
 */
final class Environments {
  private static final Set<String> RESERVED =
      Set.of(
          "_HANDLER",
          "_X_AMZN_TRACE_ID",
          "AWS_ACCESS_KEY",
          "AWS_ACCESS_KEY_ID",
          "AWS_DEFAULT_REGION",
          "AWS_EXECUTION_ENV",
          "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
          "AWS_LAMBDA_FUNCTION_NAME",
          "AWS_LAMBDA_FUNCTION_VERSION",
          "AWS_LAMBDA_INITIALIZATION_TYPE",
          "AWS_LAMBDA_LOG_GROUP_NAME",
          "AWS_LAMBDA_LOG_STREAM_NAME",
          "AWS_LAMBDA_RUNTIME_API",
          "AWS_REGION",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "LAMBDA_RUNTIME_DIR",
          "LAMBDA_TASK_ROOT");

  private static final String UNABLE =
      "Lambda was unable to configure your environment variables because the environment variables"
          + " you have provided ";

  private Environments() {}

  /**
   * Checks variables; none at all make an empty answer, as AWS then shows no Environment.
   *
   * @throws thaw.model.LambdaException INVALID_PARAMETER_VALUE for reserved names, or more than 4
   *     KB
   */
  static Optional<EnvironmentResponse> checked(Environment environment) {
    if (environment.variables().isEmpty()) {
      return Optional.empty();
    }
    Set<String> reserved = new TreeSet<>(environment.variables().keySet());
    reserved.retainAll(RESERVED);
    if (!reserved.isEmpty()) {
      throw FunctionErrors.invalid(
          UNABLE
              + "contains reserved keys that are currently not supported for modification. Reserved"
              + " keys used in this request: "
              + String.join(", ", reserved));
    }
    EnvironmentResponse response =
        EnvironmentResponse.builder().variables(environment.variables()).build();
    String measured = measured(response);
    if (measured.getBytes(StandardCharsets.UTF_8).length > Limits.ENVIRONMENT_BYTES) {
      throw FunctionErrors.invalid(UNABLE + "exceeded the 4KB limit. String measured: " + measured);
    }
    return Optional.of(response);
  }

  /** The variables as a JSON object: what AWS measures. */
  private static String measured(EnvironmentResponse environment) {
    String json = new String(AwsJson.write(environment), StandardCharsets.UTF_8);
    return json.substring(json.indexOf('{', 1), json.length() - 1);
  }
}
