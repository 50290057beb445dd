package thaw.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import thaw.cli.client.Json;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.ThawSettings;
import thaw.logs.FunctionLogs;
import thaw.logs.LogEvent;
import thaw.logs.LogGroup;
import thaw.logs.LogQuery;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "logs",
    description = "Prints a function's log, also when the platform is down.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw logs hello-python --follow",
      "  thaw logs hello-python --since 10m",
      "  thaw logs hello-python --since 2026-11-23T07:00:00Z --json"
    })
final class LogsCommand implements Callable<Integer> {
  private static final Pattern AGO = Pattern.compile("(\\d{1,9})(s|m|h|d)");

  private final Context context;

  @Parameters(paramLabel = "NAME", description = "Function name.")
  private String name = "";

  @Option(
      names = {"-f", "--follow"},
      description = "Go on as lines are written; ends by Ctrl-C.")
  private boolean follow;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only lines since then: 30s, 10m, 2h, 1d, or an ISO instant.")
  private @Nullable String since;

  @Option(
      names = "--log-group",
      paramLabel = "GROUP",
      description = "Log group (default: /aws/lambda/NAME).")
  private @Nullable String group;

  @Option(names = "--json", description = "Print one JSON object per line.")
  private boolean json;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  LogsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    ThawSettings thaw = settings.load(context);
    FunctionLogs logs = new FunctionLogs(new PlatformFiles(thaw.dataDir()).functionLogs());
    LogGroup wanted =
        new LogGroup(
            thaw.configuration().accountId(),
            thaw.configuration().region(),
            Optional.ofNullable(group).orElse("/aws/lambda/" + name));
    LogQuery query =
        new LogQuery(Optional.ofNullable(since).map(LogsCommand::instant), Optional.of(name));
    if (follow) {
      logs.follow(wanted, query, this::print);
    } else {
      logs.read(wanted, query, this::print);
    }
    context.out().flush();
    return ExitCodes.OK;
  }

  private void print(LogEvent event) {
    if (!json) {
      context.out().println(Instant.ofEpochMilli(event.timeMillis()) + " " + event.message());
      return;
    }
    ObjectNode node = Json.object();
    node.put("time", Instant.ofEpochMilli(event.timeMillis()).toString());
    node.put("function", event.function()).put("stream", event.stream());
    event.requestId().ifPresent(id -> node.put("requestId", id));
    node.put("message", event.message());
    context.out().println(node);
  }

  private static Instant instant(String text) {
    Matcher matcher = AGO.matcher(text.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      long amount = Long.parseLong(matcher.group(1));
      Duration ago =
          switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
          };
      return Instant.now().minus(ago);
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new UserError(
          "--since " + text + " is no time", "Write 30s, 10m, 2h, 1d or 2026-11-23T07:00:00Z.");
    }
  }
}
