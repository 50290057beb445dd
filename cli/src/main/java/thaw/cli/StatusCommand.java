package thaw.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import thaw.cli.client.HttpClient;
import thaw.cli.client.Json;
import thaw.cli.client.PlatformStatus;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.RunningPlatform;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "status",
    description = {
      "Says whether a platform runs on the data directory, and what it holds.",
      "Exit code 3 if none runs."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw status", "  thaw status --json | jq .endpoint"})
final class StatusCommand implements Callable<Integer> {
  private final Context context;

  @Option(
      names = "--json",
      description = "Print JSON: running, pid, endpoint, sandboxes, counters.")
  private boolean json;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  StatusCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    Path dataDir = settings.dataDir(context);
    PlatformFiles files = new PlatformFiles(dataDir);
    Optional<RunningPlatform> running = RunningPlatform.find(files);
    ObjectNode status = Json.object();
    status.put("running", running.isPresent());
    status.put("dataDir", dataDir.toString());
    if (running.isPresent()) {
      status.put("pid", running.get().pid());
      status.put("endpoint", running.get().endpoint().toString());
      status.put("startedAt", running.get().startedAt().toString());
      status.setAll(PlatformStatus.ask(new HttpClient(running.get().endpoint())));
    }
    if (json) {
      context.out().println(Json.pretty(status));
    } else {
      print(status, running);
    }
    return running.isPresent() ? ExitCodes.OK : ExitCodes.NOT_RUNNING;
  }

  private void print(JsonNode status, Optional<RunningPlatform> running) {
    if (running.isEmpty()) {
      context.out().println("No platform runs on " + status.path("dataDir").asString() + ".");
      context.out().println("Start one with: thaw up --detach");
      return;
    }
    Duration up = Duration.between(running.get().startedAt(), Instant.now());
    context.out().println("Endpoint   " + running.get().endpoint());
    context.out().println("Process    " + running.get().pid() + ", up for " + Durations.text(up));
    context.out().println("Data       " + status.path("dataDir").asString());
    context.out().println("Driver     " + status.path("driver").asString(""));
    printStarts(status);
    context.out().println("Sandboxes  " + status.path("sandboxes").size());
    Table table = new Table("  FUNCTION", "STATE", "MEMORY", "RESIDENT", "INVOCATIONS", "AGE");
    for (JsonNode sandbox : status.path("sandboxes")) {
      table.row(
          "  " + sandbox.path("functionName").asString(""),
          sandbox.path("state").asString("")
              + (sandbox.path("paused").asBoolean(false) ? " (paused)" : ""),
          sandbox.path("memorySizeMb").asString("") + " MB",
          String.format(Locale.ROOT, "%d MiB", sandbox.path("residentBytes").asLong(0) >> 20),
          sandbox.path("invocations").asString(""),
          Durations.text(Duration.ofMillis(sandbox.path("ageMillis").asLong(0))));
    }
    if (!status.path("sandboxes").isEmpty()) {
      table.print(context.out());
    }
  }

  private void printStarts(JsonNode status) {
    JsonNode counters = status.path("counters");
    context
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "Starts     %d by a resume, %d by a boot; %d resumes failed; %d snapshot layers to be made",
                counters.path("resumes").asLong(0),
                counters.path("boots").asLong(0),
                counters.path("resumeFailures").asLong(0),
                status.path("layersPending").asLong(0)));
    JsonNode pages = status.path("pages");
    if (pages.path("pushed").asLong(0) > 0) {
      context
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "Page logs  cover %.0f %% of the pages that resumes take; %.0f %% of theirs go unused",
                  100 * pages.path("coverage").asDouble(0),
                  100 * pages.path("waste").asDouble(0)));
    }
    JsonNode gauges = status.path("gauges");
    if (gauges.has("shellsReady")) {
      context
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "Shells     %.0f wait for a resume, of %.0f wanted; %.0f taken, %.0f missed",
                  gauges.path("shellsReady").asDouble(0),
                  gauges.path("shellsWanted").asDouble(0),
                  gauges.path("shellsTaken").asDouble(0),
                  gauges.path("shellsMissed").asDouble(0)));
    }
    if (gauges.has("standbysReady")) {
      context
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "Standbys   %.0f guests stand by; %.0f taken, %.0f missed",
                  gauges.path("standbysReady").asDouble(0),
                  gauges.path("standbysTaken").asDouble(0),
                  gauges.path("standbysMissed").asDouble(0)));
    }
  }
}
