package thaw.worker;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.model.InvocationTimings;
import thaw.runtimeapi.RuntimeApi;
import thaw.runtimeapi.RuntimeOutcome;

/**
 * One invocation in one sandbox. The client gets its answer before the log is finished, unless it
 * wants the log's tail; and the sandbox is free for the next invocation before the client has its
 * answer, unless it has to be cleaned up.
 */
final class InvocationRun {
  private static final Logger LOG = LoggerFactory.getLogger(InvocationRun.class);
  private static final Duration CLEAN_UP = Duration.ofMillis(500);
  private static final Duration CLEAN_UP_FOR_TAIL = Duration.ofSeconds(5);

  private final SandboxSession session;
  private final FunctionVersion function;
  private final Invocation invocation;
  private final Lease lease;

  InvocationRun(
      SandboxSession session, FunctionVersion function, Invocation invocation, Lease lease) {
    this.session = session;
    this.function = function;
    this.invocation = invocation;
    this.lease = lease;
  }

  InvocationResult run() throws InterruptedException {
    OptionalLong initMicros = session.takeInitMicros();
    Optional<RestoreTimes> restore = session.takeRestore();
    Turn turn;
    try {
      turn = session.turn(invocation);
    } catch (IOException e) {
      LOG.warn("sandbox {} is lost: {}", session.id(), e.getMessage());
      turn = new Turn(new RuntimeOutcome.Exited(), true, 0, 0, Optional.empty());
      session.log().begin(invocation.requestId());
    }
    Verdict verdict = judge(turn);
    verdict.logLines().forEach(session.log()::platform);
    String origin =
        lease.cold() ? session.start().depth().label() : turn.resetMicros() > 0 ? "reset" : "warm";
    long durationMicros = turn.durationMicros();
    String id = invocation.requestId();
    LogEnd logEnd =
        new LogEnd(
            session.log(),
            invocation,
            () ->
                ReportLine.report(
                    id,
                    durationMicros,
                    initMicros,
                    restore,
                    function.memorySizeMb(),
                    session.peakBytes(),
                    verdict.status(),
                    origin));
    if (turn.runtimeLives()) {
      goOn(logEnd);
    } else {
      cleanUp(logEnd);
    }
    byte[] tail = invocation.tail() ? logEnd.write() : LogEnd.NO_TAIL;
    return new InvocationResult(verdict.payload(), verdict.functionError(), tail, timings(turn));
  }

  private Verdict judge(Turn turn) {
    return switch (turn.outcome()) {
      case RuntimeOutcome.Responded answer -> Verdict.answered(answer.payload());
      case RuntimeOutcome.Failed failure ->
          turn.inInit()
              ? Verdict.initFailed(failure.errorType(), failure.payload())
              : Verdict.failed(failure.payload());
      case RuntimeOutcome.TooLarge _ -> Verdict.tooLarge(RuntimeApi.MAX_RESPONSE_BYTES);
      case RuntimeOutcome.TimedOut _ ->
          Verdict.timedOut(
              invocation.requestId(),
              function.timeout().toMillis(),
              Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
      case RuntimeOutcome.Exited _, RuntimeOutcome.Ready _, RuntimeOutcome.Restorable _ ->
          Verdict.exited(invocation.requestId(), RuntimeExit.of(function, turn.exit()));
    };
  }

  /** The runtime lives: the sandbox is free at once. */
  private void goOn(LogEnd logEnd) throws InterruptedException {
    if (invocation.tail()) {
      measure();
      session.turnIsOver();
      logEnd.write();
      lease.release();
    } else if (session.peakIsFresh()) {
      session.turnIsOver();
      session.catchUpWithOutput();
      logEnd.write();
      lease.release();
    } else {
      measureBehind(logEnd);
    }
  }

  /** Asks the guest for its memory while the client already has its answer. */
  private void measureBehind(LogEnd logEnd) {
    PooledSandbox sandbox = lease.sandbox();
    session.log().hold();
    logEnd.write();
    sandbox.stayAwake();
    lease.release();
    Thread.ofVirtual()
        .name("invocation-report")
        .start(() -> {
          try {
            measure();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            session.turnIsOver();
            session.log().flow();
            sandbox.maySleep();
          }
        });
  }

  /**
   * The process is gone or must go before anyone else may use the sandbox. That takes a moment, for
   * which the answer waits: a client that asks again at once should find this sandbox, not have
   * another one started. A guest that takes longer is not waited for; its peak memory is then told
   * as it was last known.
   */
  private void cleanUp(LogEnd logEnd) throws InterruptedException {
    session.turnIsOver();
    Thread cleaner =
        Thread.ofVirtual()
            .name("invocation-clean-up")
            .start(() -> {
              try {
                stop(logEnd);
              } catch (InterruptedException e) {
                lease.discard();
                Thread.currentThread().interrupt();
              }
            });
    cleaner.join(invocation.tail() ? CLEAN_UP_FOR_TAIL : CLEAN_UP);
  }

  private void stop(LogEnd logEnd) throws InterruptedException {
    try {
      session.stopRuntime();
      measure();
      logEnd.write();
      lease.release();
    } catch (IOException | TimeoutException e) {
      LOG.warn("sandbox {} is ended, its runtime could not be: {}", session.id(), e.getMessage());
      logEnd.write();
      lease.discard();
    }
  }

  private void measure() throws InterruptedException {
    try {
      session.measurePeak();
    } catch (IOException e) {
      LOG.debug("sandbox {} did not tell its memory: {}", session.id(), e.getMessage());
    }
  }

  private InvocationTimings timings(Turn turn) {
    return lease.cold()
        ? new InvocationTimings(
            session.startMicros(), session.initMicros() + turn.resetMicros(), turn.handlerMicros())
        : new InvocationTimings(0, turn.resetMicros(), turn.handlerMicros());
  }
}
