package thaw.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.logs.LogWriter;
import thaw.model.ErrorCode;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.model.LambdaException;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;

/**
 * A host's worker: the authority on its sandboxes. Leases an idle sandbox for an invocation or
 * starts one, within its bounds; one invocation at a time in each.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** How many sandboxes that turn out to be dead before the payload was sent are replaced. */
  private static final int WAKE_ATTEMPTS = 3;

  private final SandboxDriver driver;
  private final boolean network;
  private final LogWriter logs;
  private final Counters counters = new Counters();
  private final StartPoints points;
  private final Optional<StartLayers> layers;
  private final Optional<LeftOverLayers> leftOvers;
  private final SandboxPool pool;
  private final StandbyPool standbys;
  private final Caretaker caretaker;
  private final DataEndpoint data;

  /**
   * A worker without sandboxes.
   *
   * @param driver makes the sandboxes; closed with the worker
   * @param code where functions' code images are
   * @param processes what is run in a sandbox
   * @param logs takes what functions print; stays open
   * @param network whether sandboxes may reach the network
   * @param snapshots where snapshots are kept; empty with a driver that makes none: sandboxes boot
   */
  public Worker(
      WorkerSettings settings,
      SandboxDriver driver,
      CodeImages code,
      RuntimeProcesses processes,
      LogWriter logs,
      boolean network,
      Optional<SnapshotStorage> snapshots) {
    this.driver = driver;
    this.network = network;
    this.logs = logs;
    HostMemory memory =
        new HostMemory(
            Path.of("/proc"),
            settings.minAvailableMemory().bytes(),
            settings.memoryPressureLimit());
    PoolLimits limits = PoolLimits.of(settings, memory.totalBytes());
    this.data = new DataEndpoint(settings.dataConnections());
    FunctionParts functions = new FunctionParts(settings, code, processes, logs, counters, data);
    this.layers =
        snapshots.map(storage -> storage.layers(driver, functions, network, counters.pages));
    this.leftOvers = snapshots.map(SnapshotStorage::leftOvers);
    this.points = layers.<StartPoints>map(all -> all).orElseGet(StartPoints.Boots::new);
    SnapshotSettings starts =
        snapshots.map(SnapshotStorage::settings).orElseGet(SnapshotSettings::defaults);
    this.standbys =
        new StandbyPool(
            starts.standbys(),
            starts.standbysMax(),
            starts.standbyIdle(),
            new StandbyMaker(driver, functions, points, network)::make,
            memory::isShort);
    GuestStarter starter =
        new SessionStarter(
            settings, starts, driver, functions, points, standbys, counters, network);
    this.pool = new SandboxPool(limits, starter, counters, memory::isShort);
    this.caretaker = new Caretaker(pool, standbys, limits, memory, counters);
    caretaker.start();
  }

  /** How sandboxes reach the API for functions. */
  public DataEndpoint dataEndpoint() {
    return data;
  }

  /**
   * Carries out one invocation; blocks the calling (virtual) thread.
   *
   * @throws LambdaException TOO_MANY_REQUESTS when the worker is full, SERVICE when no sandbox
   *     could be started, SERVICE_UNAVAILABLE when the worker is closed
   * @throws InterruptedException if the caller gave up; the sandbox is ended if it had begun
   */
  public InvocationResult invoke(FunctionVersion function, Invocation invocation)
      throws InterruptedException {
    Lease lease = acquireAwake(function);
    boolean done = false;
    try {
      lease.sandbox().invocations.incrementAndGet();
      InvocationResult result = lease.sandbox().requireGuest().serve(invocation, lease);
      if (result.functionError().isPresent()) {
        counters.functionErrors.increment();
      }
      done = true;
      return result;
    } finally {
      if (!done) {
        lease.discard();
      }
    }
  }

  /**
   * One version of the function changed or is gone: its idle sandboxes are ended now, busy ones
   * after their invocation, unless they are of revision {@code keepRevisionId}.
   *
   * @param version {@code $LATEST} or a published version's number
   * @param keepRevisionId empty if nothing serves the version any more: its snapshot is deleted
   *     then, and with {@code $LATEST} all that the function has
   */
  public void retire(String accountId, String functionName, String version, String keepRevisionId) {
    pool.retire(key ->
        key.accountId().equals(accountId)
            && key.name().equals(functionName)
            && key.version().equals(version)
            && !key.revisionId().equals(keepRevisionId));
    standbys.forget(function ->
        function.accountId().equals(accountId)
            && function.name().equals(functionName)
            && function.version().equals(version)
            && !function.revisionId().equals(keepRevisionId));
    if (keepRevisionId.isEmpty()) {
      leftOvers.ifPresent(all -> {
        if (version.equals("$LATEST")) {
          all.forgetFunction(accountId, functionName);
        } else {
          all.forgetVersion(accountId, functionName, version);
        }
      });
    }
  }

  /**
   * Sees to it, in the background, that starts of a function can go on from snapshot layers as soon
   * as possible.
   */
  public void makeLayers(FunctionVersion function) {
    layers.ifPresent(all -> {
      all.request(function);
      if (all.startsFromLayers()) {
        driver.expect(function.memorySizeMb(), network);
      }
    });
  }

  /**
   * Takes the snapshot of a published version with SnapStart; returns when it is durable.
   *
   * @return why there is none, if that is the function's fault
   * @throws IOException if it is not
   */
  public Optional<SnapshotFailure> takeSnapshot(FunctionVersion function)
      throws IOException, InterruptedException {
    if (layers.isEmpty()) {
      throw new IOException("the driver " + driver.name() + " makes no snapshots");
    }
    return layers.get().capture(function);
  }

  /** Deletes the snapshots of all versions but these, left over from before a crash. */
  public void sweepSnapshots(List<FunctionVersion> wanted) {
    leftOvers.ifPresent(all -> all.sweep(wanted));
  }

  /** What the worker holds at this moment. */
  public WorkerStatus status() {
    List<WorkerStatus.SandboxStatus> sandboxes =
        pool.sandboxes().stream().map(Worker::statusOf).toList();
    return new WorkerStatus(
        driver.name(),
        sandboxes,
        pool.status(),
        counters.snapshot(),
        logs.status(),
        data.open(),
        counters.pages.status(),
        layers.map(StartLayers::pending).orElse(0),
        gauges());
  }

  private Map<String, Double> gauges() {
    Map<String, Double> gauges = new HashMap<>(driver.gauges());
    gauges.putAll(standbys.gauges());
    return gauges;
  }

  /** Ends every sandbox and the driver; returns when all are gone. */
  @Override
  public void close() {
    pool.shutDown();
    standbys.shutDown();
    // Starts that are under way fail with their driver.
    driver.close();
    standbys.close();
    try {
      pool.awaitEmpty();
    } catch (InterruptedException e) {
      LOG.warn("interrupted while sandboxes were being ended");
      Thread.currentThread().interrupt();
    }
    caretaker.close();
    points.close();
  }

  /**
   * A leased sandbox that runs: one that cannot be woken has not seen the payload, so another may.
   */
  private Lease acquireAwake(FunctionVersion function) throws InterruptedException {
    SandboxException last = new SandboxException("never tried");
    for (int i = 0; i < WAKE_ATTEMPTS; i++) {
      Lease lease = pool.acquire(function);
      try {
        lease.sandbox().wake();
        return lease;
      } catch (SandboxException e) {
        LOG.warn("a sandbox of {} could not be woken: {}", function.name(), e.getMessage());
        last = e;
        lease.discard();
      }
    }
    throw new LambdaException(
        ErrorCode.SERVICE, "The sandbox could not be resumed: " + last.getMessage(), last);
  }

  private static WorkerStatus.SandboxStatus statusOf(PooledSandbox sandbox) {
    return new WorkerStatus.SandboxStatus(
        sandbox.guest().map(Guest::id).orElse(""),
        sandbox.function.name(),
        sandbox.function.version(),
        sandbox.lifecycle.state().name(),
        sandbox.paused(),
        sandbox.function.memorySizeMb(),
        sandbox.guest().map(Guest::residentBytes).orElse(0L),
        sandbox.invocations.get(),
        (System.nanoTime() - sandbox.createdNanos) / 1_000_000);
  }
}
