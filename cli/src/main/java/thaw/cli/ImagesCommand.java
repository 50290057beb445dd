package thaw.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import thaw.cli.client.Json;
import thaw.cli.platform.PlatformFiles;
import thaw.cli.platform.ThawSettings;
import thaw.guest.GuestImageBuilder;
import thaw.guest.GuestImageCatalog;
import thaw.guest.ImageSummary;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "images",
    description = "Lists the guest images and the snapshot layers there are, or builds images.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw images",
      "  thaw images --build               all runtimes; quick if nothing changed",
      "  thaw images --build python3.13",
      "  thaw images --refresh             with the packages that Debian has today"
    })
final class ImagesCommand implements Callable<Integer> {
  private final Context context;

  @Option(names = "--build", description = "Build what is missing.")
  private boolean build;

  @Option(names = "--refresh", description = "Build with today's packages if they changed.")
  private boolean refresh;

  @Parameters(arity = "0..*", paramLabel = "RUNTIME", description = "Runtimes (default: all).")
  private List<String> runtimes = List.of();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  ImagesCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    ThawSettings thaw = settings.load(context);
    if (build || refresh) {
      GuestImageBuilder builder = new GuestImageBuilder(thaw.guest());
      Set<String> wanted = runtimes.isEmpty() ? builder.offeredRuntimes() : new TreeSet<>(runtimes);
      try (GuestImageSteps steps = new GuestImageSteps(context)) {
        if (refresh) {
          builder.refresh(wanted, steps);
        } else {
          builder.build(wanted, steps);
        }
      }
    }
    List<GuestImageCatalog.Entry> entries = new GuestImageCatalog(thaw.guest().cacheDir()).list();
    SnapshotLayers layers = SnapshotLayers.of(new PlatformFiles(thaw.dataDir()).snapshots());
    if (json) {
      ObjectNode node = json(entries);
      layers.addTo(node.putArray("snapshotLayers"));
      context.out().println(Json.pretty(node));
    } else if (!build && !refresh) {
      print(entries);
      if (!layers.entries().isEmpty()) {
        context.out().println();
        layers.print(context.out());
      }
    }
    return ExitCodes.OK;
  }

  private void print(List<GuestImageCatalog.Entry> entries) {
    if (entries.isEmpty()) {
      context.out().println("No guest images are built. Build them with: thaw images --build");
      return;
    }
    Table table = new Table("IDENTITY", "RUNTIMES", "SIZE", "BUILT", "BOOTED");
    for (GuestImageCatalog.Entry entry : entries) {
      table.row(
          entry.identity(),
          String.join(", ", entry.runtimes()),
          String.format(Locale.ROOT, "%d MiB", entry.contentBytes() >> 20),
          entry.builtAt().toString(),
          entry.bootTested() ? "yes" : "not yet");
    }
    table.print(context.out());
  }

  private static ObjectNode json(List<GuestImageCatalog.Entry> entries) {
    ObjectNode node = Json.object();
    ArrayNode array = node.putArray("images");
    for (GuestImageCatalog.Entry entry : entries) {
      ObjectNode set = array.addObject();
      set.put("identity", entry.identity()).put("directory", entry.directory().toString());
      set.put("builtAt", entry.builtAt().toString()).put("bootTested", entry.bootTested());
      entry.runtimes().forEach(set.putArray("runtimes")::add);
      ArrayNode files = set.putArray("files");
      for (ImageSummary image : entry.images()) {
        files
            .addObject()
            .put("name", image.name())
            .put("contentBytes", image.contentBytes())
            .put("sha256", image.sha256());
      }
      entry.packages().forEach(set.putArray("packages")::add);
    }
    return node;
  }
}
