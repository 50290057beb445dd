package thaw.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import thaw.cli.Context;
import thaw.cli.ExitCodes;
import thaw.cli.Table;
import thaw.cli.UserError;
import thaw.cli.client.FunctionState;
import thaw.cli.client.InvokeAnswer;
import thaw.cli.client.Json;
import thaw.settings.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "image",
    description = {
      "Measures how long a container image takes to be taken in, by its size, and how long its"
          + " function's cold start takes on a platform whose chunk caches are empty, and how fast the"
          + " function then reads the image's files, and reads them again.",
      "Starts a platform of its own, again for each cold start. All images are taken in first; then"
          + " they have their cold starts by turns, so that what else the machine does meets all."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw bench image --json", "  thaw bench image --sizes 20MiB --starts 1"})
final class ImageCommand implements Callable<Integer> {
  private static final byte[] EVENT = "{}".getBytes(StandardCharsets.UTF_8);
  private static final byte[] READ = "\"read\"".getBytes(StandardCharsets.UTF_8);
  private static final Map<String, String> SETTINGS =
      Map.of("worker.keepAlive", "10ms", "worker.initTimeout", "2m");

  private final Context context;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "SIZE",
      description =
          "Bytes of the images' files (default: 100MB, 1GiB, 10000MiB: with their headers 10 GiB).")
  private List<String> sizes = List.of("100MB", "1GiB", "10000MiB");

  @Option(names = "--starts", paramLabel = "N", description = "Cold starts per size (default: 5).")
  private int starts = 5;

  @Option(names = "--memory", paramLabel = "MB", description = "MemorySize (default: 256).")
  private int memory = 256;

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description = "Where images are made; needs the largest one's size (default: /var/tmp).")
  private Path workDirectory = Path.of("/var/tmp");

  @Option(names = "--json", description = "Print {\"bench\": \"image\", \"results\": [...]}.")
  private boolean json;

  ImageCommand(Context context) {
    this.context = context;
  }

  /**
   * An image and what was measured of it.
   *
   * @param peakMemoryBytes most that the platform's process had resident while it was taken in
   */
  private record Image(
      String name,
      long bytes,
      long createMillis,
      long peakMemoryBytes,
      List<Double> coldMillis,
      List<Long> fetched,
      List<Reading> readings) {
    double perSecond() {
      return bytes * 1000.0 / createMillis;
    }

    double coldP50Millis() {
      return median(coldMillis);
    }

    long bytesFetched() {
      return (long) median(fetched);
    }

    double readPerSecond() {
      return median(readings.stream().map(Reading::perSecond).toList());
    }

    double readAgainPerSecond() {
      return median(readings.stream().map(Reading::againPerSecond).toList());
    }
  }

  /** How fast a function read the files of its image, first and again. */
  private record Reading(double perSecond, double againPerSecond) {
    static Reading of(InvokeAnswer answer) {
      JsonNode said = Json.parse(answer.payload());
      double bytes = said.path("bytes").asDouble() * 1e9;
      return new Reading(
          bytes / said.path("nanos").asDouble(), bytes / said.path("againNanos").asDouble());
    }
  }

  @Override
  public Integer call() throws Exception {
    if (starts < 1) {
      throw new UserError("--starts " + starts + " is too few", "At least 1.");
    }
    List<Long> wanted = sizes.stream().map(ImageCommand::bytes).toList();
    Path directory = Files.createTempDirectory(workDirectory, "thaw-bench-image");
    List<Image> images = new ArrayList<>();
    ImageRates rates = ImageRates.measure(directory);
    try (BenchPlatform platform = BenchPlatform.start(SETTINGS)) {
      for (int i = 0; i < wanted.size(); i++) {
        Path layout = directory.resolve("image" + i);
        context.err().println("Making an image of " + wanted.get(i) + " bytes");
        String uri = BenchImage.make(layout, wanted.get(i), i);
        context.err().println("Taking it in");
        images.add(take(platform, "image" + i, uri, wanted.get(i)));
        delete(layout);
      }
      for (Image image : images) {
        awaitBase(platform, image.name());
      }
      for (int start = 1; start <= starts; start++) {
        context.err().println("Cold starts, round " + start + " of " + starts);
        for (Image image : images) {
          startCold(platform, image);
        }
      }
    } finally {
      delete(directory);
    }
    print(images, rates);
    return ExitCodes.OK;
  }

  private static long bytes(String text) {
    try {
      return DataSize.parse(text).bytes();
    } catch (IllegalArgumentException e) {
      throw new UserError("--sizes " + text + " is no size", "Write 100MB or 1GiB.");
    }
  }

  private Image take(BenchPlatform platform, String name, String uri, long bytes)
      throws IOException, InterruptedException {
    ObjectNode request = Json.object();
    request.put("FunctionName", name).put("Role", "arn:aws:iam::000000000000:role/bench");
    request.put("PackageType", "Image").put("MemorySize", memory).put("Timeout", 300);
    request.putObject("Code").put("ImageUri", uri);
    PeakMemory peak = PeakMemory.of(platform.pid());
    long begin = System.nanoTime();
    platform.lambda().createFunction(request);
    FunctionState.awaitActive(platform.lambda(), name);
    long createMillis = Math.max(1, (System.nanoTime() - begin) / 1_000_000);
    return new Image(
        name,
        bytes,
        createMillis,
        peak.bytes(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>());
  }

  private static void startCold(BenchPlatform platform, Image image)
      throws IOException, InterruptedException {
    Path cache = platform.files().dataDir().resolve("chunk-cache");
    platform.restart(SETTINGS, () -> delete(cache));
    platform.awaitRest();
    long begin = System.nanoTime();
    invoke(platform, image.name(), EVENT);
    image.coldMillis().add((System.nanoTime() - begin) / 1e6);
    // What was fetched is written to the cache a while later, or when the platform ends.
    platform.restart(SETTINGS, () -> image.fetched().add(size(cache)));
    image.readings().add(Reading.of(invoke(platform, image.name(), READ)));
  }

  /** Starts that do not count, until they go on from the base layer. */
  private static void awaitBase(BenchPlatform platform, String name) throws InterruptedException {
    for (int i = 0; i < 50; i++) {
      platform.awaitRest();
      InvokeAnswer answer = invoke(platform, name, EVENT);
      String tail = new String(answer.logTail().orElseThrow(), StandardCharsets.UTF_8);
      if (tail.contains("\tThaw: base")) {
        return;
      }
    }
    throw new UserError("no start goes on from the base layer");
  }

  private static InvokeAnswer invoke(BenchPlatform platform, String name, byte[] event) {
    InvokeAnswer answer = platform.lambda().invoke(name, event, true);
    if (answer.functionError().isPresent()) {
      throw new UserError(
          "the function failed: " + new String(answer.payload(), StandardCharsets.UTF_8));
    }
    return answer;
  }

  private static double median(List<? extends Number> values) {
    return values.stream().map(Number::doubleValue).sorted().toList().get((values.size() - 1) / 2);
  }

  /** Every chunk that came from the origin is in the disk cache. */
  private static long size(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return 0;
    }
    long bytes = 0;
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private void print(List<Image> images, ImageRates rates) {
    if (json) {
      ObjectNode node = Json.object().put("bench", "image");
      rates.addTo(node.putObject("rates"));
      ArrayNode rows = node.putArray("results");
      for (Image image : images) {
        rows.addObject()
            .put("bytes", image.bytes())
            .put("createMillis", image.createMillis())
            .put("createBytesPerSecond", Math.round(image.perSecond()))
            .put("peakMemoryBytes", image.peakMemoryBytes())
            .put("coldP50Millis", image.coldP50Millis())
            .put("bytesFetched", image.bytesFetched())
            .put("readBytesPerSecond", Math.round(image.readPerSecond()))
            .put("readAgainBytesPerSecond", Math.round(image.readAgainPerSecond()));
      }
      context.out().println(Json.pretty(node));
      return;
    }
    context
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "Inflate %,.0f MB/s, SHA-256 %,.0f MB/s, disk %,.0f MB/s; the bound is %,.0f MB/s",
                rates.inflate() / 1e6,
                rates.sha256() / 1e6,
                rates.disk() / 1e6,
                rates.bound() / 1e6));
    Table table =
        new Table(
            "BYTES",
            "CREATE",
            "RATE",
            "OF BOUND",
            "PEAK MEMORY",
            "COLD P50",
            "FETCHED",
            "READ",
            "READ AGAIN");
    for (Image image : images) {
      table.row(
          String.format(Locale.ROOT, "%,d", image.bytes()),
          String.format(Locale.ROOT, "%,d ms", image.createMillis()),
          String.format(Locale.ROOT, "%,.0f MB/s", image.perSecond() / 1e6),
          String.format(Locale.ROOT, "%.0f %%", 100 * image.perSecond() / rates.bound()),
          mebibytes(image.peakMemoryBytes()),
          String.format(Locale.ROOT, "%,.1f ms", image.coldP50Millis()),
          mebibytes(image.bytesFetched()),
          String.format(Locale.ROOT, "%,.0f MB/s", image.readPerSecond() / 1e6),
          String.format(Locale.ROOT, "%,.0f MB/s", image.readAgainPerSecond() / 1e6));
    }
    table.print(context.out());
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", bytes / (double) (1 << 20));
  }
}
