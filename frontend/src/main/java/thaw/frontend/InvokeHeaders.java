package thaw.frontend;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import thaw.api.Constraints;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/**
 * What an invocation says beside its payload.
 *
 * @param invocationType {@code RequestResponse} if the client did not say
 * @param tailLog whether the client wants the last 4 KiB of the log
 * @param clientContext as the client sent it, in base64
 * @param traceId the client's trace header, if it sent a usable one
 */
record InvokeHeaders(
    String invocationType,
    boolean tailLog,
    Optional<String> clientContext,
    Optional<String> traceId) {
  private static final HeaderName INVOCATION_TYPE = HeaderNames.create("X-Amz-Invocation-Type");
  private static final HeaderName LOG_TYPE = HeaderNames.create("X-Amz-Log-Type");
  private static final HeaderName CLIENT_CONTEXT = HeaderNames.create("X-Amz-Client-Context");
  private static final HeaderName TENANT_ID = HeaderNames.create("X-Amz-Tenant-Id");
  private static final HeaderName DURABLE_NAME = HeaderNames.create("X-Amz-Durable-Execution-Name");
  static final HeaderName TRACE_ID = HeaderNames.create("X-Amzn-Trace-Id");

  private static final int TRACE_CHARS = 512;

  /**
   * @throws LambdaException VALIDATION for a value that the API does not know, or given twice
   */
  static InvokeHeaders of(ServerRequestHeaders headers, String name, Optional<String> qualifier) {
    Optional<String> type = one(headers, INVOCATION_TYPE);
    Optional<String> logType = one(headers, LOG_TYPE);
    Optional<String> tenant = one(headers, TENANT_ID);
    Optional<String> durable = one(headers, DURABLE_NAME);
    if (type.isPresent()
        || logType.isPresent()
        || qualifier.isPresent()
        || tenant.isPresent()
        || durable.isPresent()
        || name.indexOf(':') >= 0) {
      Constraints.check(
          InvokeRequest.builder()
              .functionName(name)
              .qualifier(qualifier.orElse(null))
              .invocationType(type.orElse(null))
              .logType(logType.orElse(null))
              .tenantId(tenant.orElse(null))
              .durableExecutionName(durable.orElse(null))
              .build());
    }
    if (tenant.isPresent()) {
      throw new LambdaException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "The invoked function is not enabled with tenancy configuration.");
    }
    if (durable.isPresent()) {
      throw new LambdaException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "The invoked function is not a durable function: leave the durable execution name out.");
    }
    return new InvokeHeaders(
        type.orElse("RequestResponse"),
        logType.isPresent() && logType.get().equals("Tail"),
        one(headers, CLIENT_CONTEXT),
        one(headers, TRACE_ID).filter(InvokeHeaders::isTraceId));
  }

  private static Optional<String> one(ServerRequestHeaders headers, HeaderName name) {
    if (!headers.contains(name)) {
      return Optional.empty();
    }
    var header = headers.get(name);
    if (header.valueCount() > 1) {
      throw new LambdaException(
          ErrorCode.VALIDATION, "The " + name.defaultCase() + " header may be given only once");
    }
    return Optional.of(header.get());
  }

  /** It is handed to the function, so it must be one line of a sane length. */
  private static boolean isTraceId(String value) {
    return !value.isEmpty()
        && value.length() <= TRACE_CHARS
        && value.chars().allMatch(c -> c >= ' ' && c < 127);
  }
}
