package thaw.cli.bench;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import thaw.cli.UserError;
import thaw.logs.FunctionLogs;
import thaw.logs.LogEvent;
import thaw.logs.LogGroup;
import thaw.logs.LogQuery;

/**
 * Where invocations' sandboxes went on from, as the REPORT lines of the function's log say. An
 * invocation that asked for its tail would know at once, and wait for what the guest is asked after
 * it answered: that is not to be measured.
 */
final class StartOrigins {
  private static final Pattern REPORT =
      Pattern.compile("REPORT RequestId: (\\S+)\t.*\tThaw: (\\w+)");
  private static final long WRITTEN_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_MILLIS = 5;

  private final FunctionLogs logs;
  private final LogGroup group;

  /**
   * @param function name, or name and version
   */
  StartOrigins(BenchPlatform platform, String function) {
    String name = function.replaceFirst(":.*", "");
    String arn =
        platform
            .lambda()
            .getFunction(name)
            .orElseThrow()
            .path("Configuration")
            .path("FunctionArn")
            .asString("");
    String[] parts = arn.split(":", -1); // arn:aws:lambda:REGION:ACCOUNT:function:NAME
    logs = new FunctionLogs(platform.files().functionLogs());
    group = new LogGroup(parts[4], parts[3], "/aws/lambda/" + name);
  }

  /** Waits for an invocation's line, which may be written after its answer. */
  String of(String requestId) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + WRITTEN_NANOS;
    while (System.nanoTime() < deadline) {
      Optional<String> origin = Optional.ofNullable(read().get(requestId));
      if (origin.isPresent()) {
        return origin.get();
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new UserError("there is no REPORT line of " + requestId + " in " + group.name());
  }

  private Map<String, String> read() throws IOException {
    Map<String, String> origins = new HashMap<>();
    logs.read(group, LogQuery.all(), event -> add(event, origins));
    return origins;
  }

  private static void add(LogEvent event, Map<String, String> origins) {
    Matcher matcher = REPORT.matcher(event.message());
    if (matcher.find()) {
      origins.put(matcher.group(1), matcher.group(2));
    }
  }
}
