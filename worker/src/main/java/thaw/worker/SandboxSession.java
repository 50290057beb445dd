package thaw.worker;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import thaw.agent.AgentCallException;
import thaw.agent.ExitStatus;
import thaw.agent.RuntimeProcess;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.runtimeapi.RuntimeOutcome;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxException;
import thaw.snapshots.LayerHandle;
import thaw.worker.SnapshotSettings.StartDepth;

/**
 * A started sandbox and the runtime in it. An error that ends the process, a timeout or a failed
 * INIT leave a sandbox whose runtime is started again within its next invocation, with the
 * function's timeout, as AWS resets an execution environment; /tmp survives that, as it does there.
 */
final class SandboxSession implements Guest {
  private static final long EXIT_MILLIS = 2000;

  /** How old the REPORT line's Max Memory Used may be: asking costs the guest CPU time. */
  private static final long PEAK_FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Sandbox sandbox;
  private final GuestEvents events;
  private final FunctionVersion function;
  private final RuntimeProcess process;
  private final SandboxLog log;
  private final Counters counters;
  private final StartPoint start;
  private final StartPoints points;
  private final AtomicBoolean firstTurnIsOver = new AtomicBoolean();
  private final AtomicBoolean touchesTold = new AtomicBoolean();
  private final long startMicros;

  private volatile RuntimeLife life;
  private volatile boolean brokenRuntime;
  private volatile long peakBytes;
  private volatile long peakNanos;
  private volatile boolean peakKnown;
  private long initMicros;
  private boolean initReported;
  private Optional<RestoreTimes> restore = Optional.empty();

  SandboxSession(
      Sandbox sandbox,
      GuestEvents events,
      FunctionVersion function,
      RuntimeProcess process,
      SandboxLog log,
      RuntimeLife life,
      Counters counters,
      StartPoint start,
      StartPoints points,
      long startMicros) {
    this.sandbox = sandbox;
    this.events = events;
    this.function = function;
    this.process = process;
    this.log = log;
    this.counters = counters;
    this.start = start;
    this.points = points;
    this.startMicros = startMicros;
    this.life = life;
  }

  /**
   * The INIT phase, in the process that was frozen before it if there is one. If it fails, it is
   * run again within the first invocation.
   */
  void init(Duration timeout) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    RuntimeOutcome outcome;
    if (start.depth() == StartDepth.RUNTIME || start.depth() == StartDepth.CODE) {
      RuntimeStart.become(sandbox, life, process);
      outcome = life.api().awaitInit(timeout);
    } else {
      outcome = boot(timeout);
    }
    initMicros = microsSince(begin);
    if (!(outcome instanceof RuntimeOutcome.Ready)) {
      initFailed(outcome, initMicros, "init");
      initReported = true; // only an INIT that succeeded is in a REPORT line
    }
  }

  /**
   * Goes on after INIT, whose snapshot the sandbox was resumed from.
   *
   * @throws LambdaException SNAP_START or SNAP_START_TIMEOUT if a hook fails, or takes too long
   */
  void restore(Duration timeout) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    if (start.layer().map(LayerHandle::layer).filter(LayerIdentities::isAtNext).isPresent()) {
      RuntimeStart.restoreWaiting(sandbox, life, process);
    } else {
      RuntimeStart.restore(sandbox, life, process);
    }
    RuntimeOutcome outcome = life.api().awaitInit(timeout);
    long hooksMicros = microsSince(begin);
    long restoreMicros = startMicros + hooksMicros;
    switch (outcome) {
      case RuntimeOutcome.Ready _ -> {
        log.platform(ReportLine.restoreReport(restoreMicros, ""));
        restore = Optional.of(new RestoreTimes(restoreMicros, hooksMicros));
        initReported = true; // INIT was run before, once for all
      }
      case RuntimeOutcome.Failed failed -> {
        life.catchUpWithOutput();
        log.platform(
            ReportLine.restoreReport(restoreMicros, Verdict.errorStatus(failed.errorType())));
        throw Refusals.hookFailed();
      }
      case RuntimeOutcome.TimedOut _ -> {
        log.platform(ReportLine.restoreReport(restoreMicros, "Status: timeout"));
        throw Refusals.restoreTimedOut();
      }
      default -> throw new IOException("the runtime ended when it was restored");
    }
  }

  /** Where its sandbox started from. */
  StartPoint start() {
    return start;
  }

  /** An invocation is over, and what the guest was asked afterwards is answered. */
  void turnIsOver() {
    if (firstTurnIsOver.compareAndSet(false, true) && start.usesLog()) {
      counters.pages.used(sandbox.pageStatistics());
    }
  }

  /**
   * After the first invocation, and what a guest does when it has answered, it is known what a
   * resume touches. No effect but the first time.
   */
  private void tellTouches() {
    if (start.recorded() && firstTurnIsOver.get() && touchesTold.compareAndSet(false, true)) {
      points.touched(start, sandbox.firstTouches());
    }
  }

  @Override
  public String id() {
    return sandbox.id();
  }

  @Override
  public boolean needsReset() {
    return brokenRuntime || life.hasExited();
  }

  @Override
  public InvocationResult serve(Invocation invocation, Lease lease) throws InterruptedException {
    return new InvocationRun(this, function, invocation, lease).run();
  }

  /** Hands the invocation to the runtime, which is started first if it has to be. */
  Turn turn(Invocation invocation) throws IOException, InterruptedException {
    long arrivedNanos = System.nanoTime();
    tellTouches();
    long resetMicros = 0;
    if (needsReset() || leftBeforeAsking(function.timeout())) {
      long begin = System.nanoTime();
      RuntimeOutcome outcome = reset(leftSince(arrivedNanos));
      resetMicros = microsSince(begin);
      if (!(outcome instanceof RuntimeOutcome.Ready)) {
        Optional<ExitStatus> exit = initFailed(outcome, resetMicros, "invoke");
        count(outcome);
        log.begin(invocation.requestId());
        return new Turn(outcome, true, resetMicros, 0, exit);
      }
    }
    log.begin(invocation.requestId());
    long begin = System.nanoTime();
    RuntimeOutcome outcome = life.api().invoke(invocation, leftSince(arrivedNanos));
    long handlerMicros = microsSince(begin);
    Turn turn = new Turn(outcome, false, resetMicros, handlerMicros, exitOf(outcome));
    brokenRuntime = !turn.runtimeLives();
    count(outcome);
    return turn;
  }

  /** Of the function's timeout, for an invocation that came in then. */
  private Duration leftSince(long arrivedNanos) {
    Duration left = function.timeout().minus(System.nanoTime() - arrivedNanos, ChronoUnit.NANOS);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /**
   * Whether the runtime has answered its last invocation and then left, as node does after an
   * exception that nothing caught; its end may become known only now.
   */
  private boolean leftBeforeAsking(Duration limit) throws InterruptedException {
    return life.api().awaitNext(limit) instanceof RuntimeOutcome.Exited;
  }

  /** Ends the runtime after a turn that it cannot go on from. */
  void stopRuntime() throws IOException, InterruptedException, TimeoutException {
    brokenRuntime = true;
    if (!life.hasExited()) {
      sandbox.agent().killRuntime();
    }
    if (life.awaitExit(EXIT_MILLIS).isEmpty()) {
      throw new IOException("its connection to the agent is over");
    }
  }

  boolean peakIsFresh() {
    return peakKnown && System.nanoTime() - peakNanos < PEAK_FRESH_NANOS;
  }

  /** Asks for the runtime's peak memory; everything it printed before is logged then. */
  void measurePeak() throws IOException, InterruptedException {
    sandbox.agent().ping(); // its answer comes after all that was printed before
    peakBytes = sandbox.agent().peakMemoryBytes();
    peakNanos = System.nanoTime();
    peakKnown = true;
    catchUpWithOutput();
  }

  /** Returns when the output that has arrived is logged. */
  void catchUpWithOutput() throws InterruptedException {
    life.catchUpWithOutput();
  }

  long peakBytes() {
    return peakBytes;
  }

  SandboxLog log() {
    return log;
  }

  long startMicros() {
    return startMicros;
  }

  long initMicros() {
    return initMicros;
  }

  /** INIT's time for the first invocation's REPORT line; empty for all others. */
  OptionalLong takeInitMicros() {
    if (initReported) {
      return OptionalLong.empty();
    }
    initReported = true;
    return OptionalLong.of(initMicros);
  }

  /** The restore's times for the first invocation's REPORT line; empty for all others. */
  Optional<RestoreTimes> takeRestore() {
    Optional<RestoreTimes> taken = restore;
    restore = Optional.empty();
    return taken;
  }

  @Override
  public void pause() throws SandboxException {
    sandbox.pause();
    tellTouches();
    // Nobody waits now; what it may touch later is then nearer.
    start.layer().ifPresent(held -> held.layer().fetchTablesBelowAhead());
  }

  @Override
  public void resume() throws SandboxException {
    sandbox.resume();
    try {
      // The guest's clock stood still with its CPU.
      sandbox.agent().setClock(Instant.now());
    } catch (IOException e) {
      throw new SandboxException("the guest's clock could not be set: " + e.getMessage(), e);
    }
  }

  @Override
  public long residentBytes() {
    return sandbox.residentBytes();
  }

  @Override
  public void close() {
    tellTouches();
    life.lost();
    sandbox.close();
    start.close();
  }

  private RuntimeOutcome reset(Duration timeout) throws IOException, InterruptedException {
    counters.resets.increment();
    try {
      stopRuntime();
    } catch (TimeoutException e) {
      throw new IOException("the runtime could not be killed in " + EXIT_MILLIS + " ms", e);
    }
    life.api().close();
    brokenRuntime = false;
    return boot(timeout);
  }

  private RuntimeOutcome boot(Duration timeout) throws IOException, InterruptedException {
    life = new RuntimeLife(log::output);
    events.begin(life);
    try {
      RuntimeStart.exec(sandbox, process);
    } catch (AgentCallException e) {
      // The agent goes on; the program could not be run.
      log.platform(String.valueOf(e.getMessage()));
      life.neverStarted();
      return function.image().isPresent()
          ? StartFailure.of(process, e)
          : new RuntimeOutcome.Exited();
    }
    return life.api().awaitInit(timeout);
  }

  private Optional<ExitStatus> initFailed(RuntimeOutcome outcome, long micros, String phase)
      throws InterruptedException {
    counters.initFailures.increment();
    brokenRuntime = true;
    Optional<ExitStatus> exit = exitOf(outcome);
    String status =
        switch (outcome) {
          case RuntimeOutcome.TimedOut _ -> "Status: timeout";
          case RuntimeOutcome.Failed failed -> Verdict.errorStatus(failed.errorType());
          default -> Verdict.errorStatus(RuntimeExit.of(function, exit).errorType());
        };
    log.platform(ReportLine.initReport(micros, phase, status));
    return exit;
  }

  private Optional<ExitStatus> exitOf(RuntimeOutcome outcome) throws InterruptedException {
    if (!(outcome instanceof RuntimeOutcome.Exited)) {
      return Optional.empty();
    }
    try {
      return life.awaitExit(EXIT_MILLIS);
    } catch (TimeoutException e) {
      return Optional.empty();
    }
  }

  private void count(RuntimeOutcome outcome) {
    if (outcome instanceof RuntimeOutcome.TimedOut) {
      counters.timeouts.increment();
    }
  }

  private static long microsSince(long nanos) {
    return Math.max(1, (System.nanoTime() - nanos) / 1000);
  }
}
