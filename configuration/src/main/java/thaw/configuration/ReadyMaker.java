package thaw.configuration;

import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * Makes functions ready in the background after they were created or updated: makes the disk image
 * of their code, then writes down that they are Active, or why they are not. What was under way
 * when a process died is taken up by the next.
 */
final class ReadyMaker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadyMaker.class);

  private final FunctionStore functions;
  private final CodePreparation preparation;
  private final BackgroundWork work;

  ReadyMaker(FunctionStore functions, CodePreparation preparation, int atOnce, int queueLength) {
    this.functions = functions;
    this.preparation = preparation;
    this.work = new BackgroundWork("make-ready", atOnce, queueLength);
  }

  /**
   * Takes a place in the queue, before a function is written that would need one.
   *
   * @throws thaw.model.LambdaException TOO_MANY_REQUESTS if it is full
   */
  void reserve() {
    if (!work.tryReserve()) {
      throw FunctionErrors.tooMany("too many functions wait to be made ready");
    }
  }

  /** Gives a reserved place back. */
  void release() {
    work.release();
  }

  /** Makes a function ready in a place that was reserved. */
  void submit(FunctionRow row) {
    work.submit(() -> make(row));
  }

  /** Makes a function ready that an earlier process did not. */
  void resume(FunctionRow row) {
    work.resume(() -> make(row));
  }

  private void make(FunctionRow row) {
    try {
      functions.updateIfStill(row.revisionId(), made(row));
    } catch (RuntimeException e) {
      // Left as it is in the database; the next start tries again.
      LOG.error("Function {} could not be written down as ready", row.name(), e);
    }
  }

  private FunctionRow made(FunctionRow row) {
    try {
      preparation.prepare(row.accountId(), row.document());
      return row.with(Lifecycle.ACTIVE, ChangedFunction.ready(row.document()));
    } catch (IOException | RuntimeException e) {
      LOG.error("The code of function {} could not be made ready", row.name(), e);
      return failed(row, Unready.of(e));
    }
  }

  private static FunctionRow failed(FunctionRow row, Unready why) {
    Optional<FunctionConfiguration> previous = row.previous();
    if (previous.isEmpty()) {
      return row.with(Lifecycle.FAILED, ChangedFunction.failed(row.document(), why));
    }
    return row.with(
        Documents.isActive(previous.get()) ? Lifecycle.ACTIVE : Lifecycle.FAILED,
        ChangedFunction.updateFailed(previous.get(), why));
  }

  /** Waits for what is under way, not for what is queued: the next start takes that up. */
  @Override
  public void close() {
    work.close();
  }
}
