package thaw.cli.bench;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import thaw.chunks.ManifestIndex;
import thaw.chunks.ManifestIndex.Kind;
import thaw.cli.Context;
import thaw.cli.ExitCodes;
import thaw.cli.Table;
import thaw.cli.UserError;
import thaw.cli.client.Json;
import thaw.configuration.ConfigurationDatabase;
import thaw.configuration.ConfigurationSettings;
import thaw.settings.SettingsBinder;
import thaw.snapshots.SnapshotStore;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "restore",
    description = {
      "Measures cold starts from a function's snapshot by where its chunks come from: this host, or"
          + " an S3 that takes 20 ms to answer and that the worker has fetched nothing from.",
      "Starts a platform of its own, again for each start whose parents' layers come from afar too;"
          + " takes some five minutes. Leave the machine alone meanwhile."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw bench restore", "  thaw bench restore --json --starts 10"})
final class RestoreCommand implements Callable<Integer> {
  private static final long LATENCY_MILLIS = 20;
  private static final int MEMORY_MB = 128;

  /** Of the functions that warm the JVM: another VM size, so not a chunk is shared. */
  private static final int OTHER_MEMORY_MB = 1024;

  /** Each of them is fetched from afar once: what fetches has to be compiled as well. */
  private static final int WARMERS = 3;

  private static final int WARM_ROUNDS = 4;

  /** Before a start that takes seconds: what a cold JVM adds does not show. */
  private static final int FEW_WARM_ROUNDS = 1;

  private static final int PAGE_BYTES = 4096;
  private static final long PUBLISH_NANOS = TimeUnit.MINUTES.toNanos(3);
  private static final long POLL_MILLIS = 200;

  private final Context context;
  private final List<Row> rows = new ArrayList<>();

  @Option(names = "--runtime", paramLabel = "RUNTIME", description = "Default: python3.13.")
  private String runtime = "python3.13";

  @Option(names = "--starts", paramLabel = "N", description = "Starts per row (default: 5).")
  private int starts = 5;

  @Option(names = "--json", description = "Print {\"bench\": \"restore\", \"results\": [...]}.")
  private boolean json;

  RestoreCommand(Context context) {
    this.context = context;
  }

  private record Row(String source, double p50Millis, long bytes, long requests, long workingSet) {}

  private record Start(double millis, long bytes, long requests) {}

  /**
   * The platform that is measured, and its functions.
   *
   * @param functions as many as starts are measured: what a start has fetched of one, it has not of
   *     another
   */
  private record Rig(
      BenchPlatform platform,
      BenchOrigin origin,
      List<String> functions,
      List<String> warmers,
      long workingSetBytes) {}

  @Override
  public Integer call() throws Exception {
    if (starts < 1) {
      throw new UserError("--starts " + starts + " is too few", "At least 1.");
    }
    Path objects = Files.createTempDirectory("thaw-bench-origin");
    try (BenchOrigin origin = BenchOrigin.start(objects);
        BenchPlatform platform =
            BenchPlatform.start(settings(origin, Map.of("storage.repackLayers", "false")))) {
      measure(platform, origin);
    } finally {
      delete(objects);
    }
    print();
    return ExitCodes.OK;
  }

  private void measure(BenchPlatform platform, BenchOrigin origin) throws Exception {
    Rig rig = make(platform, origin);
    Path snapshots = platform.files().snapshots();
    Path aside = platform.directory().resolve("snapshots-aside");

    // One after the other on the same layers: first where they were made.
    here(rig, "plain", Map.of("microvm.memorySource", "plain"));
    here(rig, "chunks-warm", Map.of());
    Map<String, String> kept = Map.of("storage.repackLayers", "false");
    platform.restart(settings(origin, kept), () -> Files.move(snapshots, aside));
    afar(rig, "origin-nolog", Map.of("snapshots.accessLog", "ignore"));
    afar(rig, "origin-log", Map.of());
    afar(rig, "origin-shuffledlog", Map.of("snapshots.accessLog", "shuffle"));

    context.err().println("Publishing the layers repacked");
    platform.restart(
        settings(origin, Map.of()),
        () -> {
          delete(snapshots);
          Files.move(aside, snapshots);
          forgetPublished(platform);
        });
    origin.latencyMillis(0);
    for (String function : rig.warmers()) {
      ColdstartCommand.invoke(platform, function);
    }
    for (String function : rig.functions()) {
      ColdstartCommand.invoke(platform, function);
    }
    awaitPublished(platform);
    repacked(rig, "origin-repacked", () -> forgetFetched(platform));
    repacked(rig, "chunks-local", () -> {});
  }

  private Rig make(BenchPlatform platform, BenchOrigin origin) throws Exception {
    List<String> warmers = new ArrayList<>();
    for (int i = 0; i < WARMERS; i++) {
      String warmer = create(platform, OTHER_MEMORY_MB, "warmer" + i);
      settle(platform, warmer);
      warmers.add(warmer);
    }
    List<String> functions = new ArrayList<>();
    List<Long> workingSets = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      String function = create(platform, MEMORY_MB, "function" + i);
      workingSets.add((long) settle(platform, function) * PAGE_BYTES);
      functions.add(function);
    }
    awaitPublished(platform);
    return new Rig(platform, origin, functions, warmers, median(workingSets));
  }

  private String create(BenchPlatform platform, int memoryMb, String suffix) throws Exception {
    context.err().println("Making the layers of " + suffix + ", learning which pages starts touch");
    return ColdstartFunction.create(
        platform.lambda(), runtime, ColdstartMode.FUNCTION, memoryMb, suffix);
  }

  private Map<String, String> settings(BenchOrigin origin, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(origin.settings());
    settings.put("worker.keepAlive", "10ms");
    settings.put("worker.initTimeout", "2m");
    settings.putAll(more);
    return settings;
  }

  private int settle(BenchPlatform platform, String function) throws Exception {
    return ColdstartCommand.settle(
            platform, function, runtime, ColdstartMode.FUNCTION, MemorySource.SPARSE_LOG)
        .pages()
        .size();
  }

  /** Starts on the worker that made the layers. */
  private void here(Rig rig, String source, Map<String, String> more) throws Exception {
    rig.origin().latencyMillis(LATENCY_MILLIS);
    rig.platform().restart(settings(rig.origin(), more));
    warm(rig, WARM_ROUNDS);
    String function = rig.functions().getFirst();
    start(rig, function); // reads what is on disk
    List<Start> all = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      all.add(told(source, i, start(rig, function)));
    }
    add(rig, source, all);
  }

  /**
   * Starts on a worker that has nothing, neither of the function nor of the layers below its own:
   * another worker for each start.
   */
  private void afar(Rig rig, String source, Map<String, String> more) throws Exception {
    rig.origin().latencyMillis(LATENCY_MILLIS);
    List<Start> all = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      rig.platform().restart(settings(rig.origin(), more), () -> forgetFetched(rig.platform()));
      warm(rig, FEW_WARM_ROUNDS);
      all.add(told(source, i, start(rig, rig.functions().getFirst())));
    }
    add(rig, source, all);
  }

  /**
   * Starts of one function after the other, each for the first time on this worker: what they need
   * is in their own layers, of which no two have a chunk in common.
   */
  private void repacked(Rig rig, String source, BenchPlatform.Between between) throws Exception {
    rig.origin().latencyMillis(LATENCY_MILLIS);
    rig.platform().restart(settings(rig.origin(), Map.of()), between);
    warm(rig, WARM_ROUNDS);
    List<Start> all = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      all.add(told(source, i, start(rig, rig.functions().get(i))));
    }
    add(rig, source, all);
  }

  private Start told(String source, int index, Start start) {
    context.err().printf("%s, %d of %d: %.1f ms%n", source, index + 1, starts, start.millis());
    return start;
  }

  private static void forgetFetched(BenchPlatform platform) throws IOException {
    delete(platform.files().dataDir().resolve("chunk-cache"));
    delete(platform.files().snapshots());
  }

  /** A JVM that has just begun is slow at everything. */
  private static void warm(Rig rig, int rounds) throws InterruptedException {
    for (int i = 0; i < rounds; i++) {
      for (String warmer : rig.warmers()) {
        rig.platform().awaitRest();
        ColdstartCommand.invoke(rig.platform(), warmer);
      }
    }
  }

  private static Start start(Rig rig, String function) throws InterruptedException {
    rig.platform().awaitRest();
    long bytes = rig.origin().bytes();
    long requests = rig.origin().requests();
    long begin = System.nanoTime();
    String from = ColdstartCommand.origin(ColdstartCommand.invoke(rig.platform(), function));
    double millis = (System.nanoTime() - begin) / 1e6;
    if (!from.equals("function")) {
      throw new UserError("a start went on from " + from + ", not from the function's snapshot");
    }
    return new Start(millis, rig.origin().bytes() - bytes, rig.origin().requests() - requests);
  }

  private void add(Rig rig, String source, List<Start> all) {
    rows.add(
        new Row(
            source,
            median(all.stream().map(Start::millis).toList()),
            median(all.stream().map(Start::bytes).toList()),
            median(all.stream().map(Start::requests).toList()),
            rig.workingSetBytes()));
  }

  private static <T extends Comparable<T>> T median(List<T> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** Returns when every layer that there is stands in the database, with its log if it has one. */
  private static void awaitPublished(BenchPlatform platform)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PUBLISH_NANOS;
    SnapshotStore store = SnapshotStore.readOnly(platform.files().snapshots());
    while (true) {
      try (ConfigurationDatabase database = database(platform)) {
        Map<String, ManifestIndex.Entry> published = database.manifests().all(Kind.SNAPSHOT_LAYER);
        boolean all = true;
        for (String id : store.ids()) {
          ManifestIndex.Entry entry = published.get(id);
          boolean logged = store.accessLog(id).isPresent();
          all &= entry != null && (!logged || entry.details().contains("\"logged\":true"));
        }
        if (all) {
          return;
        }
      }
      if (System.nanoTime() > deadline) {
        throw new UserError("the layers were not published in time");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private static void forgetPublished(BenchPlatform platform) throws IOException {
    try (ConfigurationDatabase database = database(platform)) {
      for (String id : database.manifests().all(Kind.SNAPSHOT_LAYER).keySet()) {
        database.manifests().remove(Kind.SNAPSHOT_LAYER, id);
      }
    }
  }

  private static ConfigurationDatabase database(BenchPlatform platform) throws IOException {
    return ConfigurationDatabase.besides(
        platform.files().dataDir(),
        SettingsBinder.bind(ConfigurationSettings.class, ConfigFactory.empty()));
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

  private void print() {
    if (json) {
      ObjectNode node = Json.object().put("bench", "restore");
      node.put("originLatencyMillis", LATENCY_MILLIS);
      ArrayNode results = node.putArray("results");
      for (Row row : rows) {
        results
            .addObject()
            .put("source", row.source())
            .put("runtime", runtime)
            .put("p50Millis", row.p50Millis())
            .put("bytesFetched", row.bytes())
            .put("workingSetBytes", row.workingSet())
            .put("originRequests", row.requests());
      }
      context.out().println(Json.pretty(node));
      return;
    }
    Table table = new Table("SOURCE", "P50 MS", "FETCHED MIB", "WORKING SET MIB", "REQUESTS");
    for (Row row : rows) {
      table.row(
          row.source(),
          text(row.p50Millis()),
          text(row.bytes() / 1048576.0),
          text(row.workingSet() / 1048576.0),
          Long.toString(row.requests()));
    }
    table.print(context.out());
  }

  private static String text(double value) {
    return String.format(java.util.Locale.ROOT, "%.1f", value);
  }
}
