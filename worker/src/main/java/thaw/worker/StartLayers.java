package thaw.worker;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.FunctionVersion;
import thaw.runtimeapi.RuntimeCommand;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.LayerHandle;
import thaw.snapshots.PageAccessLog;
import thaw.worker.SnapshotSettings.StartDepth;

/**
 * Which snapshot layer a start goes on from: the deepest there is. A start never waits for a layer;
 * one that is missing or too old is made in the background, for those that follow.
 */
final class StartLayers implements StartPoints {
  private static final Logger LOG = LoggerFactory.getLogger(StartLayers.class);

  /** So many starts may fail in a row before their layer is taken to be at fault. */
  private static final int FAILURES_IN_A_ROW = 3;

  private static final int REMEMBERED_STARTS = 4096;

  private final SnapshotSettings settings;
  private final LayerCatalog catalog;
  private final LayerLookup lookup;
  private final LayerMaker maker;
  private final LayerWork work;
  private final TouchRecordings recordings;
  private final LeftOverLayers leftOvers;
  private final InstantSource clock;
  private final RecentNames startedBefore = new RecentNames(REMEMBERED_STARTS);
  private final Map<String, Integer> failuresInARow = new ConcurrentHashMap<>();

  StartLayers(
      SnapshotSettings settings,
      LayerCatalog catalog,
      LayerLookup lookup,
      LayerMaker maker,
      LeftOverLayers leftOvers,
      PageCounters pages,
      InstantSource clock) {
    this.leftOvers = leftOvers;
    this.clock = clock;
    this.settings = settings;
    this.catalog = catalog;
    this.lookup = lookup;
    this.maker = maker;
    this.work = new LayerWork(settings.makeQueue(), settings.makeAgainAfter());
    this.recordings = new TouchRecordings(catalog, settings.recordings(), pages);
  }

  @Override
  public StartPoint choose(FunctionVersion function, StartDepth deepest) {
    StartDepth bound = Collections.min(List.of(deepest, settings.startFrom(), depthOf(function)));
    if (bound == StartDepth.BOOT) {
      return StartPoint.boot();
    }
    try {
      return find(function, bound);
    } catch (IOException e) {
      LOG.warn("the snapshot layers of {} cannot be used", function.name(), e);
      return StartPoint.boot();
    }
  }

  private static StartDepth depthOf(FunctionVersion function) {
    if (function.snapStart()) {
      return StartDepth.FUNCTION;
    }
    if (usesCodeLayer(function)) {
      return StartDepth.CODE;
    }
    return usesRuntimeLayer(function) ? StartDepth.RUNTIME : StartDepth.BASE;
  }

  private static boolean usesCodeLayer(FunctionVersion function) {
    return usesRuntimeLayer(function) && RuntimeCommand.loadsAhead(function.runtime());
  }

  /** What must be there when a process is exec'ed cannot be told to one that runs already. */
  private static boolean usesRuntimeLayer(FunctionVersion function) {
    return function.image().isEmpty()
        && RuntimeCommand.knowsTemplates(function.runtime())
        && !RuntimeEnvironment.hasExecTimeVariables(function.environment());
  }

  private StartPoint find(FunctionVersion function, StartDepth bound) throws IOException {
    Optional<LayerHandle> base = lookup.base(function.memorySizeMb());
    if (base.isEmpty()) {
      request(function);
      return StartPoint.boot();
    }
    LayerHandle layer = base.get();
    StartDepth depth = StartDepth.BASE;
    try {
      makeAnewIfOld(layer, () -> makeBase(function.memorySizeMb()));
      for (StartDepth next : above(function, bound)) {
        Optional<LayerHandle> deeper = lookUp(next, function, layer);
        if (deeper.isEmpty()) {
          missing(next, function);
          return point(depth, layer);
        }
        layer.release(); // the one above holds it
        layer = deeper.get();
        depth = next;
        makeAnewIfOld(layer, () -> make(next, function));
      }
      return point(depth, layer);
    } catch (IOException e) {
      layer.release();
      throw e;
    }
  }

  /** The layers over the base that a start goes through, each over the one before. */
  private static List<StartDepth> above(FunctionVersion function, StartDepth bound) {
    List<StartDepth> depths = new ArrayList<>();
    if (bound.compareTo(StartDepth.RUNTIME) >= 0 && usesRuntimeLayer(function)) {
      depths.add(StartDepth.RUNTIME);
    }
    if (bound == StartDepth.FUNCTION || (bound == StartDepth.CODE && usesCodeLayer(function))) {
      depths.add(bound);
    }
    return depths;
  }

  private Optional<LayerHandle> lookUp(
      StartDepth depth, FunctionVersion function, LayerHandle below) throws IOException {
    return switch (depth) {
      case RUNTIME -> lookup.runtime(function, below);
      case CODE -> lookup.code(function, below);
      case FUNCTION -> lookup.function(function, below);
      case BASE, BOOT -> throw new IllegalArgumentException(depth + " lies over nothing");
    };
  }

  /** A layer of code alone is worth its making for a function that starts again and again. */
  private void missing(StartDepth depth, FunctionVersion function) {
    if (depth != StartDepth.CODE) {
      request(function);
    } else if (startedBefore.isRepeated(ownName(function))) {
      work.request("code of " + ownName(function), () -> makeCode(function));
    }
  }

  private void make(StartDepth depth, FunctionVersion function) throws Exception {
    switch (depth) {
      case RUNTIME -> makeRuntime(function);
      case CODE -> makeCode(function);
      case FUNCTION -> makeFunction(function);
      case BASE, BOOT -> throw new IllegalArgumentException(depth + " lies over nothing");
    }
  }

  private StartPoint point(StartDepth depth, LayerHandle layer) {
    layer.layer().fetchAhead(); // it comes while a VMM is made ready
    boolean recorded = recordings.wants(layer);
    Optional<Supplier<PageAccessLog>> log =
        layer.hasAccessLog() ? logToUse(layer) : Optional.empty();
    // What is below is shared by functions; and what another has touched nobody records.
    boolean shared = settings.shareMemory() && depth == StartDepth.FUNCTION && !recorded;
    SandboxOrigin origin = new SandboxOrigin.Snapshot(layer.layer(), log, recorded, shared);
    return new StartPoint(depth, Optional.of(layer), origin, recorded);
  }

  private Optional<Supplier<PageAccessLog>> logToUse(LayerHandle layer) {
    Supplier<PageAccessLog> log = () -> layer.accessLog().orElse(PageAccessLog.EMPTY);
    return switch (settings.accessLog()) {
      case USE -> Optional.of(log);
      case IGNORE -> Optional.empty();
      case SHUFFLE -> Optional.of(() -> shuffled(log.get()));
    };
  }

  private static PageAccessLog shuffled(PageAccessLog log) {
    List<Integer> pages = new ArrayList<>(log.pages());
    Collections.shuffle(pages);
    return new PageAccessLog(pages);
  }

  /** Whether any start goes on from a layer. */
  boolean startsFromLayers() {
    return settings.startFrom() != StartDepth.BOOT;
  }

  /**
   * Makes, in the background, what is missing for the function's starts to begin as deep as they
   * can.
   */
  void request(FunctionVersion function) {
    if (!startsFromLayers()) {
      return;
    }
    String what = function.snapStart() ? "function " + ownName(function) : belowName(function);
    work.request(
        what,
        () -> {
          if (function.snapStart() && settings.startFrom() == StartDepth.FUNCTION) {
            makeFunctionIfMissing(function);
          } else {
            ensureBelow(function).release();
          }
        });
  }

  /**
   * Takes a function's own snapshot, if there is none; returns when it is durable.
   *
   * @return why there is none, if that is the function's fault
   */
  Optional<SnapshotFailure> capture(FunctionVersion function)
      throws IOException, InterruptedException {
    AtomicReference<@Nullable SnapshotFailure> failure = new AtomicReference<>();
    try {
      work.makeNow(
          "function " + ownName(function),
          () -> makeFunctionIfMissing(function).ifPresent(failure::set));
    } catch (ExecutionException e) {
      throw new IOException("no snapshot of " + function.name() + ": " + e.getCause(), e);
    }
    return Optional.ofNullable(failure.get());
  }

  private Optional<SnapshotFailure> makeFunctionIfMissing(FunctionVersion function)
      throws Exception {
    LayerHandle below = ensureBelow(function);
    try {
      Optional<LayerHandle> own = lookup.function(function, below);
      if (own.isPresent()) {
        own.get().release();
        return Optional.empty();
      }
      return makeFunction(function, below);
    } finally {
      below.release();
    }
  }

  private Optional<SnapshotFailure> makeFunction(FunctionVersion function, LayerHandle below)
      throws IOException, InterruptedException {
    Optional<SnapshotFailure> failure = maker.function(function, below);
    // A layer is published to other workers when it is first opened, which is now.
    lookup.function(function, below).ifPresent(LayerHandle::release);
    return failure;
  }

  private void makeFunction(FunctionVersion function) throws Exception {
    LayerHandle below = ensureBelow(function);
    try {
      var _ = makeFunction(function, below);
    } finally {
      below.release();
    }
  }

  private void makeCode(FunctionVersion function) throws Exception {
    LayerHandle runtime = ensureBelow(function);
    try {
      String id = maker.code(function, runtime);
      leftOvers.forgetOtherCode(function, id);
      lookup.code(function, runtime).ifPresent(LayerHandle::release); // publishes it
    } finally {
      runtime.release();
    }
  }

  /** The layer that a function's own lies over, made if it is missing. */
  private LayerHandle ensureBelow(FunctionVersion function) throws Exception {
    LayerHandle base = ensureBase(function.memorySizeMb());
    if (!usesRuntimeLayer(function) || settings.startFrom().compareTo(StartDepth.RUNTIME) < 0) {
      return base;
    }
    try {
      Optional<LayerHandle> runtime = lookup.runtime(function, base);
      if (runtime.isEmpty()) {
        work.makeNow("runtime " + belowName(function), () -> maker.runtime(function, base));
        runtime = lookup.runtime(function, base);
      }
      return runtime.orElseThrow(() -> new SandboxException("the runtime layer is gone again"));
    } finally {
      base.release();
    }
  }

  private LayerHandle ensureBase(int memorySizeMb) throws Exception {
    Optional<LayerHandle> base = lookup.base(memorySizeMb);
    if (base.isEmpty()) {
      work.makeNow("base " + lookup.baseIdentity(memorySizeMb), () -> makeBase(memorySizeMb));
      base = lookup.base(memorySizeMb);
    }
    return base.orElseThrow(() -> new SandboxException("the base layer is gone again"));
  }

  private void makeBase(int memorySizeMb) throws IOException {
    maker.base(memorySizeMb, lookup.baseIdentity(memorySizeMb));
  }

  private void makeRuntime(FunctionVersion function) throws Exception {
    LayerHandle base = ensureBase(function.memorySizeMb());
    try {
      maker.runtime(function, base);
    } finally {
      base.release();
    }
  }

  /** What clones share, they share with all clones of their layer: so it is not kept for ever. */
  private void makeAnewIfOld(LayerHandle layer, LayerWork.Making making) {
    long ageMillis = clock.millis() - layer.layer().header().createdAtMillis();
    if (Duration.ofMillis(ageMillis).compareTo(settings.rotateAfter()) > 0) {
      work.request(
          "anew " + layer.id(),
          () -> {
            making.make();
            leftOvers.sweepOrphans(); // those above it lie over what is gone
          });
    }
  }

  private static String belowName(FunctionVersion function) {
    return "%s of %d MB with %d MB of /tmp"
        .formatted(function.runtime(), function.memorySizeMb(), function.ephemeralStorageMb());
  }

  private static String ownName(FunctionVersion function) {
    return String.join(
        ":", function.accountId(), function.name(), function.version(), function.revisionId());
  }

  @Override
  public void started(StartPoint point) {
    point.layer().ifPresent(layer -> failuresInARow.remove(layer.id()));
  }

  @Override
  public void touched(StartPoint point, List<Integer> pages) {
    point.layer().ifPresent(layer -> recordings.add(layer, pages));
  }

  /**
   * A start from there failed: a layer that is damaged, or fails again and again, is made anew. One
   * that is out of reach is not at fault.
   */
  @Override
  public void failed(StartPoint point) {
    point
        .layer()
        .filter(layer -> layer.layer().damaged() || !layer.layer().unreachable())
        .ifPresent(layer -> {
          int failures = failuresInARow.merge(layer.id(), 1, Integer::sum);
          dropIf(layer, layer.layer().damaged() || failures >= FAILURES_IN_A_ROW);
        });
  }

  /** A sandbox that started from there died: perhaps of a page that could not be read. */
  @Override
  public void died(StartPoint point) {
    point.layer().ifPresent(layer -> dropIf(layer, layer.layer().damaged()));
  }

  /** Drops a layer, and those below it that are damaged. */
  private void dropIf(LayerHandle layer, boolean atFault) {
    if (!atFault) {
      return;
    }
    failuresInARow.remove(layer.id());
    try {
      LOG.warn("the snapshot layer {} is dropped, it cannot be resumed", layer.id());
      catalog.drop(layer.id());
    } catch (IOException e) {
      LOG.error("the snapshot layer {} cannot be deleted", layer.id(), e);
    }
    layer.parent().ifPresent(below -> dropIf(below, below.layer().damaged()));
  }

  /** Layers that wait to be made or are being made. */
  int pending() {
    return work.pending();
  }

  @Override
  public void close() {
    work.close();
    catalog.close();
  }
}
