package thaw.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.agent.RuntimeProcess;
import thaw.model.FunctionImage;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.runtimeapi.RuntimeCommand;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.runtimeapi.RuntimeOutcome;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.LayerDraft;
import thaw.snapshots.LayerHandle;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.snapshots.SnapshotKey;

/**
 * Makes snapshot layers: brings a sandbox to the point that the layer is of, freezes its processes,
 * captures it and writes the layer. The sandbox is ended in any case.
 */
final class LayerMaker {
  private static final Logger LOG = LoggerFactory.getLogger(LayerMaker.class);

  /** Of a sandbox that serves nobody: what its /tmp could hold does not matter. */
  private static final int EPHEMERAL_STORAGE_MB = 512;

  /** A runtime's limits until it knows its function. */
  static final long EXERCISE_MEMORY_BYTES = 512L << 20;

  static final Duration EXERCISE_TIMEOUT = Duration.ofMinutes(2);
  static final byte[] EXERCISE_EVENT =
      "{\"key\":[1,2.5,\"text\",null,true]}".getBytes(StandardCharsets.UTF_8);

  private final SandboxDriver driver;
  private final LayerCatalog catalog;
  private final KeyRing keys;
  private final LayerIdentities identities;
  private final SnapshotSettings settings;
  private final InstantSource clock;
  private final FunctionParts functions;
  private final boolean network;

  LayerMaker(
      SandboxDriver driver,
      LayerCatalog catalog,
      KeyRing keys,
      LayerIdentities identities,
      SnapshotSettings settings,
      InstantSource clock,
      FunctionParts functions,
      boolean network) {
    this.driver = driver;
    this.catalog = catalog;
    this.keys = keys;
    this.identities = identities;
    this.settings = settings;
    this.clock = clock;
    this.functions = functions;
    this.network = network;
  }

  /** Kernel up, agent waiting. */
  void base(int memorySizeMb, Map<String, String> identity) throws IOException {
    long begin = System.nanoTime();
    SandboxSpec spec =
        new SandboxSpec(
            Optional.empty(),
            Optional.empty(),
            memorySizeMb,
            EPHEMERAL_STORAGE_MB,
            false,
            new SandboxOrigin.Boot(),
            true);
    try (Sandbox sandbox = driver.start(spec, new GuestEvents())) {
      var _ = write(sandbox, Kind.BASE, identity, keys.service());
    }
    made("base", memorySizeMb, begin);
  }

  /**
   * Runtime up, exercised, waiting to be told its function.
   *
   * @param function one of those that the layer is for
   */
  void runtime(FunctionVersion function, LayerHandle base)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    String runtime = function.runtime();
    int memorySizeMb = function.memorySizeMb();
    RuntimeLife life = new RuntimeLife(line -> LOG.debug("{}: {}", runtime, line));
    GuestEvents events = new GuestEvents();
    events.begin(life);
    SandboxSpec spec =
        new SandboxSpec(
            Optional.of(runtime),
            Optional.empty(),
            memorySizeMb,
            function.ephemeralStorageMb(),
            network,
            new SandboxOrigin.Snapshot(base.layer()),
            true);
    try (Sandbox sandbox = driver.start(spec, events)) {
      // It has an identity that no clone keeps, so that each of them changes one and need not make
      // it.
      RuntimeStart.exec(
          sandbox,
          new RuntimeProcess(
              RuntimeCommand.of(runtime).command(),
              template(runtime, memorySizeMb),
              "/",
              EXERCISE_MEMORY_BYTES,
              RuntimeProcesses.PROCESSES));
      require(life.api().awaitInit(EXERCISE_TIMEOUT), RuntimeOutcome.Ready.class);
      invoke(life, settings.exerciseInvokes(), EXERCISE_EVENT);
      require(life.api().awaitRestorable(EXERCISE_TIMEOUT), RuntimeOutcome.Restorable.class);
      freeze(sandbox, life);
      var _ =
          write(sandbox, Kind.RUNTIME, identities.runtime(function, base.layer()), keys.service());
    } finally {
      life.api().close();
    }
    made(runtime, memorySizeMb, begin);
  }

  private Map<String, String> template(String runtime, int memorySizeMb) {
    int invokes = settings.exerciseInvokes();
    return RuntimeCommand.fixesMemoryAtStart(runtime)
        ? RuntimeEnvironment.template(runtime, memorySizeMb, invokes)
        : RuntimeEnvironment.template(runtime, invokes);
  }

  /**
   * Over a runtime: a function's code mounted and compiled, none of it run.
   *
   * @return the layer's id
   */
  String code(FunctionVersion function, LayerHandle runtime)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    RuntimeLife life = new RuntimeLife(line -> LOG.debug("{}: {}", function.name(), line));
    DataConnections data = functions.connections();
    RuntimeProcess process = functions.process(function, functions.logStream(function), data);
    String id;
    try (Sandbox sandbox = startOver(runtime, function, life, data)) {
      RuntimeStart.loadAhead(sandbox, life, process, function.handler());
      require(life.api().awaitRestorable(EXERCISE_TIMEOUT), RuntimeOutcome.Restorable.class);
      freeze(sandbox, life);
      id =
          write(
              sandbox,
              Kind.CODE,
              identities.code(function, runtime.layer()),
              keys.function(function.accountId(), function.name()));
    } finally {
      life.api().close();
    }
    made("the code of " + function.name(), function.memorySizeMb(), begin);
    return id;
  }

  /**
   * INIT done, hooks run.
   *
   * @param below a runtime layer, or a base layer: the runtime is then started
   * @return why there is no layer, if that is the function's fault
   */
  Optional<SnapshotFailure> function(FunctionVersion function, LayerHandle below)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    String stream = functions.logStream(function);
    SandboxLog log = functions.log(function, stream);
    RuntimeLife life = new RuntimeLife(log::output);
    DataConnections data = functions.connections();
    RuntimeProcess restorable = withSnapStart(functions.process(function, stream, data));
    try (Sandbox sandbox = startOver(below, function, life, data)) {
      if (below.layer().header().kind() == Kind.RUNTIME) {
        RuntimeStart.become(sandbox, life, restorable);
      } else {
        RuntimeStart.exec(sandbox, restorable);
      }
      Warmup warmup = Warmup.of(function);
      if (warmup.invokes() > 0
          && life.api().awaitInit(settings.captureTimeout()) instanceof RuntimeOutcome.Ready) {
        invoke(life, warmup.invokes(), warmup.event());
      }
      RuntimeOutcome outcome =
          function.image().isPresent()
              ? life.api().awaitWaiting(settings.captureTimeout())
              : life.api().awaitRestorable(settings.captureTimeout());
      boolean atNext =
          outcome instanceof RuntimeOutcome.Ready
              && function.image().filter(FunctionImage::snapshotAtNext).isPresent();
      if (!(outcome instanceof RuntimeOutcome.Restorable) && !atNext) {
        life.catchUpWithOutput();
        return Optional.of(SnapshotFailure.of(outcome));
      }
      if (atNext) {
        life.api().keepWaitingConnection();
      }
      freeze(sandbox, life);
      var _ =
          write(
              sandbox,
              Kind.FUNCTION,
              atNext
                  ? identities.functionAtNext(function, below.layer())
                  : identities.function(function, below.layer()),
              keys.function(function.accountId(), function.name()));
    } finally {
      life.api().close();
    }
    made(function.name() + ":" + function.version(), function.memorySizeMb(), begin);
    return Optional.empty();
  }

  /** A sandbox of the function that is to be captured, its disks mounted; the caller closes it. */
  private Sandbox startOver(
      LayerHandle below, FunctionVersion function, RuntimeLife life, DataConnections data)
      throws IOException {
    GuestEvents events = new GuestEvents(Optional.of(data));
    events.begin(life);
    SandboxSpec spec =
        functions
            .spec(function, network)
            .from(new SandboxOrigin.Snapshot(below.layer()))
            .toCapture();
    return driver.start(spec, events);
  }

  private static RuntimeProcess withSnapStart(RuntimeProcess process) {
    Map<String, String> environment = new HashMap<>(process.environment());
    RuntimeEnvironment.forCapture(environment);
    return process.withEnvironment(environment);
  }

  static void invoke(RuntimeLife life, int count, byte[] event)
      throws SandboxException, InterruptedException {
    for (int i = 0; i < count; i++) {
      Invocation invocation =
          new Invocation(UUID.randomUUID().toString(), event, Optional.empty(), "", "");
      RuntimeOutcome outcome = life.api().invoke(invocation, EXERCISE_TIMEOUT);
      if (!(outcome instanceof RuntimeOutcome.Responded)
          && !(outcome instanceof RuntimeOutcome.Failed)) {
        throw new SandboxException("invocation " + i + " before the snapshot: " + outcome);
      }
    }
  }

  static void require(RuntimeOutcome outcome, Class<? extends RuntimeOutcome> wanted)
      throws SandboxException {
    if (!wanted.isInstance(outcome)) {
      throw new SandboxException("the runtime came to " + outcome + ", not " + wanted);
    }
  }

  /** After this nothing is on its way to or from the guest. */
  private static void freeze(Sandbox sandbox, RuntimeLife life)
      throws IOException, InterruptedException {
    sandbox.agent().freeze();
    life.catchUpWithOutput();
    sandbox.agent().ping(); // credit that reading gave was taken before its answer
  }

  private String write(Sandbox sandbox, Kind kind, Map<String, String> identity, SnapshotKey key)
      throws IOException {
    LayerDraft draft = sandbox.capture().draft(kind, identity, clock.instant());
    catalog.add(draft, key);
    return draft.header().id();
  }

  private static void made(String what, int memorySizeMb, long begin) {
    LOG.info(
        "made the snapshot layer of {} for {} MB in {} ms",
        what,
        memorySizeMb,
        (System.nanoTime() - begin) / 1_000_000);
  }
}
