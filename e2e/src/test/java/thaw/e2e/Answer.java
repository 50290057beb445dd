package thaw.e2e;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import thaw.cli.client.Json;
import tools.jackson.databind.JsonNode;

/** What an invocation gave. */
record Answer(InvokeResponse response) {
  private static final Pattern REPORT =
      Pattern.compile(
          "(?m)^REPORT RequestId: (?<id>\\S+)\tDuration: (?<duration>\\d+\\.\\d\\d) ms\t"
              + "Billed Duration: (?<billed>\\d+) ms\tMemory Size: (?<memory>\\d+) MB\t"
              + "Max Memory Used: (?<used>\\d+) MB\t(Init Duration: (?<init>\\d+\\.\\d\\d) ms\t)?"
              + "(Restore Duration: \\d+\\.\\d\\d ms\tBilled Restore Duration: \\d+ ms\t)?"
              + "(Status: (?<status>\\w+)\t)?(Error Type: (?<error>\\S+)\t)?Thaw: (?<origin>\\w+)$");

  String text() {
    return response.payload().asUtf8String();
  }

  JsonNode json() {
    return Json.parse(response.payload().asByteArray());
  }

  /** The value of X-Amz-Function-Error. */
  Optional<String> error() {
    return Optional.ofNullable(response.functionError());
  }

  /** The log's last 4 KB. */
  String log() {
    return new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
  }

  /** The REPORT line's fields; fails if the log does not end in one of the documented form. */
  Matcher report() {
    Matcher matcher = REPORT.matcher(log());
    if (!matcher.find()) {
      throw new AssertionError("no REPORT line in " + log());
    }
    return matcher;
  }

  /** What the Server-Timing header says. */
  String serverTiming() {
    return response.sdkHttpResponse().firstMatchingHeader("Server-Timing").orElse("");
  }

  String requestId() {
    return response.responseMetadata().requestId();
  }
}
