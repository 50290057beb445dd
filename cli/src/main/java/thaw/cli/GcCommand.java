package thaw.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import thaw.chunks.GcReport;
import thaw.cli.client.Json;
import thaw.cli.platform.Garbage;
import thaw.cli.platform.ThawSettings;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "gc",
    description = {
      "Collects the garbage of the chunk store: does what is due for each root.",
      "A platform that runs does so itself; beside it only --dry-run works."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw gc --dry-run", "  thaw gc"})
final class GcCommand implements Callable<Integer> {
  private final Context context;

  @Option(names = "--dry-run", description = "Only say what would be done; changes nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  GcCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    ThawSettings thaw = settings.load(context);
    if (!Files.isDirectory(thaw.dataDir())) {
      throw new UserError("there is no data directory " + thaw.dataDir());
    }
    GcReport report = dryRun ? Garbage.look(thaw) : Garbage.collect(thaw);
    if (json) {
      context.out().println(Json.pretty(json(report)));
    } else {
      print(report);
    }
    return ExitCodes.OK;
  }

  private void print(GcReport report) {
    Table table = new Table("ROOT", "STATE", "SINCE", "LIVE", "DEAD", "CHUNKS", "DEAD", "NEXT");
    for (GcReport.OfRoot root : report.roots()) {
      table.row(
          Long.toString(root.root().id()),
          word(root.root().state()),
          Instant.ofEpochMilli(root.root().sinceMillis()).toString(),
          Long.toString(root.liveManifests()),
          Long.toString(root.deadManifests()),
          Long.toString(root.chunks()),
          String.format(Locale.ROOT, "%.1f MiB", root.deadBytes() / 1048576.0),
          word(root.next()));
    }
    table.print(context.out());
  }

  private ObjectNode json(GcReport report) {
    ObjectNode node = Json.object();
    node.put("dryRun", dryRun);
    ArrayNode roots = node.putArray("roots");
    for (GcReport.OfRoot root : report.roots()) {
      roots
          .addObject()
          .put("id", root.root().id())
          .put("state", word(root.root().state()))
          .put("since", Instant.ofEpochMilli(root.root().sinceMillis()).toString())
          .put("alarmed", root.root().alarmed())
          .put("next", word(root.next()))
          .put("liveManifests", root.liveManifests())
          .put("deadManifests", root.deadManifests())
          .put("onlyHere", root.onlyHere())
          .put("chunks", root.chunks())
          .put("deadChunks", root.deadChunks())
          .put("deadBytes", root.deadBytes());
    }
    return node;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
