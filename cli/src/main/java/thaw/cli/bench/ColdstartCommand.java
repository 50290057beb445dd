package thaw.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import thaw.cli.Context;
import thaw.cli.ExitCodes;
import thaw.cli.Table;
import thaw.cli.UserError;
import thaw.cli.client.InvokeAnswer;
import thaw.cli.client.Json;
import thaw.snapshots.PageAccessLog;
import thaw.snapshots.SnapshotHeader;
import thaw.snapshots.SnapshotStore;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "coldstart",
    description = {
      "Measures cold starts, from request to reply, by where they go on from and where their memory"
          + " comes from.",
      "Starts a platform of its own, again for each row; every invocation is a cold start, and begins"
          + " when all that the one before left to be done is done. Leave the machine alone meanwhile."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw bench coldstart",
      "  thaw bench coldstart --json --plot coldstart.svg",
      "  thaw bench coldstart --modes boot,function --starts 50"
    })
final class ColdstartCommand implements Callable<Integer> {
  private static final byte[] EVENT = "{\"name\":\"Ada\"}".getBytes(StandardCharsets.UTF_8);
  private static final Pattern ORIGIN = Pattern.compile("\tThaw: (\\w+)");

  /** A layer is made in the background, and some starts are recorded before its log is there. */
  private static final int SETTLE_STARTS_MAX = 200;

  private static final long SETTLE_NANOS = TimeUnit.MINUTES.toNanos(5);

  private static final int PAGE_BYTES = 4096;

  private final Context context;

  @Option(
      names = "--runtime",
      split = ",",
      paramLabel = "RUNTIME",
      description = "Runtimes (default: python3.13).")
  private List<String> runtimes = List.of("python3.13");

  @Option(
      names = "--modes",
      split = ",",
      paramLabel = "MODE",
      description =
          "boot, base, runtime, code, function, function+warmup; and runtime+standby, code+standby,"
              + " function+standby, whose starts find a guest that stands by (default: all).")
  private List<String> modes = ColdstartMode.labels();

  @Option(names = "--starts", paramLabel = "N", description = "Cold starts per row (default: 20).")
  private int starts = 20;

  @Option(names = "--memory", paramLabel = "MB", description = "MemorySize (default: 128).")
  private int memory = 128;

  @Option(names = "--json", description = "Print {\"bench\": \"coldstart\", \"results\": [...]}.")
  private boolean json;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Draw the distributions into this SVG file.")
  private Optional<Path> plot = Optional.empty();

  ColdstartCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    if (starts < 1) {
      throw new UserError("--starts " + starts + " is too few", "At least 1.");
    }
    List<ColdstartMode> wanted = modes.stream().map(ColdstartMode::of).toList();
    List<ColdstartResult> results = new ArrayList<>();
    try (BenchPlatform platform = BenchPlatform.start(settings(ColdstartMode.FUNCTION, Map.of()))) {
      for (String runtime : runtimes) {
        for (ColdstartMode mode : wanted) {
          platform.restart(settings(ColdstartMode.FUNCTION, Map.of()));
          String name =
              ColdstartFunction.createUnpublished(
                  platform.lambda(), runtime, mode, memory, ColdstartFunction.suffix(mode));
          Optional<Capture.Published> published =
              mode.hasSnapshot() ? Optional.of(Capture.publish(platform, name)) : Optional.empty();
          String function = published.map(Capture.Published::version).orElse(name);
          Optional<Capture> capture = published.map(Capture.Published::capture);
          for (MemorySource source : MemorySource.of(mode)) {
            context
                .err()
                .println("Measuring " + runtime + " from " + mode.label() + ", " + source.label());
            platform.restart(settings(mode, source.settings()));
            results.add(measure(platform, function, runtime, mode, source, capture));
          }
        }
      }
    }
    print(results);
    if (plot.isPresent()) {
      Files.writeString(plot.get(), ColdstartPlot.svg(results));
    }
    return ExitCodes.OK;
  }

  private static Map<String, String> settings(ColdstartMode mode, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("snapshots.startFrom", mode.startFrom());
    settings.put(BenchPlatform.STANDBYS, mode.standsBy() ? "1" : "0");
    settings.put("worker.keepAlive", "10ms");
    settings.put("worker.initTimeout", "2m");
    return settings;
  }

  private ColdstartResult measure(
      BenchPlatform platform,
      String function,
      String runtime,
      ColdstartMode mode,
      MemorySource source,
      Optional<Capture> capture)
      throws IOException, InterruptedException {
    settle(platform, function, runtime, mode, source);
    StartOrigins origins = new StartOrigins(platform, function);
    List<Double> millis = new ArrayList<>();
    for (int start = 0; start < starts; start++) {
      platform.awaitRest();
      long begin = System.nanoTime();
      InvokeAnswer answer = invoke(platform, function, false);
      millis.add((System.nanoTime() - begin) / 1e6);
      String origin = origins.of(answer.requestId());
      if (!origin.equals(mode.startFrom())) {
        throw new UserError("a start went on from " + origin + ", not " + mode.startFrom());
      }
    }
    SnapshotStore store = SnapshotStore.readOnly(platform.files().snapshots());
    Optional<String> layer = layer(store, mode, runtime);
    long touched = 0;
    long layerBytes = 0;
    if (layer.isPresent()) {
      PageAccessLog log = store.accessLog(layer.get()).orElse(PageAccessLog.EMPTY);
      touched = (long) log.pages().size() * PAGE_BYTES;
      layerBytes = store.diskBytes(layer.get());
    }
    String driver = platform.status().path("driver").asString("");
    return new ColdstartResult(driver, runtime, mode, source, millis, touched, layerBytes, capture);
  }

  /**
   * Starts that do not count: until they go on from where they should, and with a log if wanted.
   *
   * @return the log, empty if it is not wanted
   */
  static PageAccessLog settle(
      BenchPlatform platform,
      String function,
      String runtime,
      ColdstartMode mode,
      MemorySource source)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + SETTLE_NANOS;
    for (int start = 0; start < SETTLE_STARTS_MAX && System.nanoTime() < deadline; start++) {
      platform.awaitRest();
      double taken = platform.standbysTaken();
      String origin = origin(invoke(platform, function));
      Optional<PageAccessLog> log =
          source.wantsLog() ? accessLog(platform, mode, runtime) : Optional.of(PageAccessLog.EMPTY);
      if (origin.equals(mode.startFrom())
          && log.isPresent()
          && start > 0
          && (!mode.standsBy() || platform.standbysTaken() > taken)) {
        return log.get();
      }
    }
    throw new UserError("no start goes on from " + mode.startFrom() + " with " + source.label());
  }

  /** Invokes it and asks for its log's tail, which holds what {@link #origin} wants. */
  static InvokeAnswer invoke(BenchPlatform platform, String function) {
    return invoke(platform, function, true);
  }

  static InvokeAnswer invoke(BenchPlatform platform, String function, boolean tail) {
    InvokeAnswer answer = platform.lambda().invoke(function, EVENT, tail);
    if (answer.functionError().isPresent()) {
      throw new UserError(
          "the function failed: " + new String(answer.payload(), StandardCharsets.UTF_8));
    }
    return answer;
  }

  static String origin(InvokeAnswer answer) {
    String tail = new String(answer.logTail().orElseThrow(), StandardCharsets.UTF_8);
    Matcher matcher = ORIGIN.matcher(tail);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** The log of the layer that a mode's starts go on from. */
  private static Optional<PageAccessLog> accessLog(
      BenchPlatform platform, ColdstartMode mode, String runtime) throws IOException {
    SnapshotStore store = SnapshotStore.readOnly(platform.files().snapshots());
    Optional<String> layer = layer(store, mode, runtime);
    return layer.isPresent() ? store.accessLog(layer.get()) : Optional.empty();
  }

  /** The layer itself: the newest of its kind. */
  private static Optional<String> layer(SnapshotStore store, ColdstartMode mode, String runtime)
      throws IOException {
    Optional<String> newest = Optional.empty();
    long newestMillis = 0;
    for (String id : store.ids()) {
      Optional<SnapshotHeader> header =
          store.header(id).filter(found -> isOf(found, mode, runtime));
      if (header.isPresent() && header.get().createdAtMillis() > newestMillis) {
        newestMillis = header.get().createdAtMillis();
        newest = Optional.of(id);
      }
    }
    return newest;
  }

  private static boolean isOf(SnapshotHeader header, ColdstartMode mode, String runtime) {
    return header.kind().name().equalsIgnoreCase(mode.startFrom())
        && header.identity().getOrDefault("runtime", runtime).equals(runtime);
  }

  private void print(List<ColdstartResult> results) {
    if (json) {
      ObjectNode node = Json.object().put("bench", "coldstart");
      ArrayNode rows = node.putArray("results");
      results.forEach(result -> result.addTo(rows.addObject()));
      context.out().println(Json.pretty(node));
      return;
    }
    Table table = ColdstartResult.table();
    results.forEach(result -> result.addTo(table));
    table.print(context.out());
  }
}
