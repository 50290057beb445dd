package thaw.configuration;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
  private static final long STOP_SECONDS = 30;

  private final FunctionStore functions;
  private final Preparation preparation;
  private final ThreadPoolExecutor threads;
  private final Semaphore queue;

  /** Makes code ready for sandboxes; may take its time. */
  @FunctionalInterface
  interface Preparation {
    void prepare(String codeSha256Hex) throws IOException;
  }

  ReadyMaker(FunctionStore functions, Preparation preparation, int atOnce, int queueLength) {
    this.functions = functions;
    this.preparation = preparation;
    this.threads =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // bounded by the places in the queue below
            Thread.ofPlatform().name("make-ready-", 0).daemon().factory());
    this.queue = new Semaphore(queueLength);
  }

  /**
   * Takes a place in the queue, before a function is written that would need one.
   *
   * @throws thaw.model.LambdaException TOO_MANY_REQUESTS if it is full
   */
  void reserve() {
    if (!queue.tryAcquire()) {
      throw FunctionErrors.tooMany("too many functions wait to be made ready");
    }
  }

  /** Gives a reserved place back. */
  void release() {
    queue.release();
  }

  /** Makes a function ready in a place that was reserved. */
  void submit(FunctionRow row) {
    threads.execute(() -> {
      try {
        functions.updateIfStill(row.revisionId(), made(row));
      } catch (RuntimeException e) {
        // Left as it is in the database; the next start tries again.
        LOG.error("Function {} could not be written down as ready", row.name(), e);
      } finally {
        queue.release();
      }
    });
  }

  private FunctionRow made(FunctionRow row) {
    try {
      preparation.prepare(Documents.codeSha256Hex(row.document()));
      return row.with(Lifecycle.ACTIVE, ChangedFunction.ready(row.document()));
    } catch (IOException | RuntimeException e) {
      LOG.error("The code of function {} could not be made ready", row.name(), e);
      return failed(row, "The code could not be made ready: " + e.getMessage());
    }
  }

  private static FunctionRow failed(FunctionRow row, String reason) {
    Optional<FunctionConfiguration> previous = row.previous();
    if (previous.isEmpty()) {
      return row.with(Lifecycle.FAILED, ChangedFunction.failed(row.document(), reason));
    }
    return row.with(
        Documents.isActive(previous.get()) ? Lifecycle.ACTIVE : Lifecycle.FAILED,
        ChangedFunction.updateFailed(previous.get(), reason));
  }

  /** Waits for what is under way, not for what is queued: the next start takes that up. */
  @Override
  public void close() {
    threads.getQueue().clear();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Functions were still being made ready after {} s", STOP_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
