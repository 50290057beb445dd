package thaw.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import thaw.cli.Context;
import thaw.cli.ExitCodes;
import thaw.cli.UserError;
import thaw.cli.client.Json;
import thaw.snapshots.PageAccessLog;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "density",
    description = {
      "Measures what idle sandboxes take: clones of one runtime layer, each after one invocation.",
      "Starts a platform of its own. Pss counts pages that several processes map in part."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw bench density", "  thaw bench density --json --clones 50"})
final class DensityCommand implements Callable<Integer> {
  private static final long SETTLE_NANOS = TimeUnit.MINUTES.toNanos(3);
  private static final long POLL_MILLIS = 50;

  /** How long the processor time of the idle clones is watched. */
  private static final int WATCH_SECONDS = 5;

  private static final int TICKS_PER_SECOND = 100;
  private static final int PAGE_BYTES = 4096;
  private static final int ASKS = 40;

  private final Context context;

  @Option(names = "--runtime", paramLabel = "RUNTIME", description = "Default: python3.13.")
  private String runtime = "python3.13";

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "From where they go on: base, runtime (default) or function.")
  private String from = "runtime";

  @Option(names = "--clones", paramLabel = "N", description = "Default: 20.")
  private int clones = 20;

  @Option(names = "--memory", paramLabel = "MB", description = "MemorySize (default: 128).")
  private int memory = 128;

  @Option(names = "--json", description = "Print {\"bench\": \"density\", ...}.")
  private boolean json;

  DensityCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    if (clones < 1 || clones > 150) {
      throw new UserError("--clones " + clones + " is out of range", "Between 1 and 150.");
    }
    ColdstartMode mode = ColdstartMode.of(from);
    if (mode != ColdstartMode.BASE
        && mode != ColdstartMode.RUNTIME
        && mode != ColdstartMode.FUNCTION) {
      throw new UserError("--mode " + from + " is not possible", "base, runtime or function.");
    }
    Map<String, String> settings = new HashMap<>();
    settings.put("snapshots.startFrom", mode.startFrom());
    settings.put("worker.keepAlive", "10ms");
    settings.put("worker.initTimeout", "2m");
    try (BenchPlatform platform = BenchPlatform.start(settings)) {
      String function = ColdstartFunction.create(platform.lambda(), runtime, mode, memory);
      context.err().println("Making the layers and learning which pages starts touch");
      PageAccessLog log =
          ColdstartCommand.settle(platform, function, runtime, mode, MemorySource.SPARSE_LOG);
      settings.put("worker.keepAlive", "30m");
      platform.restart(settings);
      context.err().println("Starting " + clones + " clones");
      List<String> functions = start(platform, mode);
      Set<String> ids = awaitPaused(platform);
      ClonesMemory before = ClonesMemory.of(ids);
      Thread.sleep(TimeUnit.SECONDS.toMillis(WATCH_SECONDS));
      ClonesMemory after = ClonesMemory.of(ids);
      context.err().println("Asking idle clones, and running ones");
      List<Double> idle = new ArrayList<>();
      List<Double> running = new ArrayList<>();
      ask(platform, functions, idle, running);
      print(
          after.pssBytes() / clones,
          (long) log.pages().size() * PAGE_BYTES,
          (after.cpuTicks() - before.cpuTicks())
              * 1000.0
              / TICKS_PER_SECOND
              / WATCH_SECONDS
              / clones,
          median(idle),
          median(running));
    }
    return ExitCodes.OK;
  }

  /** Each function has a sandbox of its own; what they go on from below it is the same layer. */
  private List<String> start(BenchPlatform platform, ColdstartMode mode)
      throws IOException, InterruptedException {
    List<String> functions = new ArrayList<>();
    for (int clone = 0; clone < clones; clone++) {
      String function =
          ColdstartFunction.create(platform.lambda(), runtime, mode, memory, "clone-" + clone);
      ColdstartCommand.invoke(platform, function);
      functions.add(function);
    }
    return functions;
  }

  /** Each is asked when all are idle, and once more while it runs. */
  private void ask(
      BenchPlatform platform, List<String> functions, List<Double> idle, List<Double> running)
      throws InterruptedException {
    for (int ask = 0; ask < ASKS; ask++) {
      String function = functions.get(ask % functions.size());
      awaitPaused(platform);
      idle.add(millis(platform, function));
      running.add(millis(platform, function));
    }
  }

  /** From request to reply. */
  private static double millis(BenchPlatform platform, String function) {
    long begin = System.nanoTime();
    ColdstartCommand.invoke(platform, function, false);
    return (System.nanoTime() - begin) / 1e6;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private Set<String> awaitPaused(BenchPlatform platform) throws InterruptedException {
    long deadline = System.nanoTime() + SETTLE_NANOS;
    while (true) {
      List<JsonNode> sandboxes = List.copyOf(platform.status().path("sandboxes").values());
      boolean paused = sandboxes.stream().allMatch(sandbox -> sandbox.path("paused").asBoolean());
      if (sandboxes.size() == clones && paused) {
        return sandboxes.stream()
            .map(sandbox -> sandbox.path("id").asString())
            .collect(Collectors.toSet());
      }
      if (System.nanoTime() > deadline) {
        throw new UserError(
            "there are " + sandboxes.size() + " sandboxes instead of " + clones + " idle ones");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void print(
      long pssBytes,
      long touchedBytes,
      double cpuMillisPerSecond,
      double idleMillis,
      double runningMillis) {
    if (json) {
      ObjectNode node = Json.object().put("bench", "density").put("clones", clones);
      node.put("pssPerCloneBytes", pssBytes).put("touchedPerCloneBytes", touchedBytes);
      node.put("idleCpuMillisPerSecondPerClone", cpuMillisPerSecond);
      node.put("idleToAnswerP50Millis", idleMillis);
      node.put("runningToAnswerP50Millis", runningMillis);
      node.put("runtime", runtime).put("memorySizeMb", memory).put("mode", from);
      context.out().println(Json.pretty(node));
      return;
    }
    context
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%d clones of %s from %s: Pss %.1f MiB each, of which %.1f MiB are touched pages; idle"
                    + " processor time %.2f ms per second each; an idle one answers in %.1f ms, a"
                    + " running one in %.1f ms",
                clones,
                runtime,
                from,
                pssBytes / (double) (1 << 20),
                touchedBytes / (double) (1 << 20),
                cpuMillisPerSecond,
                idleMillis,
                runningMillis));
  }
}
