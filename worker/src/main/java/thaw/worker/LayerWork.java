package thaw.worker;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The making of snapshot layers: each at most once at a time, whoever asks; in the background one
 * after the other, so that it leaves the host to the invocations. Named {@code worker.layers} in
 * the status.
 */
final class LayerWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LayerWork.class);

  /** Makes one layer. */
  @FunctionalInterface
  interface Making {
    void make() throws Exception;
  }

  private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
  private final Map<String, Long> failedNanos = new ConcurrentHashMap<>();
  private final Duration makeAgainAfter;
  private final ThreadPoolExecutor background;

  LayerWork(int queueLength, Duration makeAgainAfter) {
    this.makeAgainAfter = makeAgainAfter;
    background =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queueLength),
            Thread.ofPlatform().name("layer-maker").daemon().factory());
  }

  /**
   * Makes a layer in the background, unless that is under way, failed a short while ago, or too
   * much waits to be made: then a later start asks again.
   *
   * @param what names the layer
   */
  void request(String what, Making making) {
    Long failed = failedNanos.get(what);
    if (failed != null && System.nanoTime() - failed < makeAgainAfter.toNanos()) {
      return;
    }
    CompletableFuture<Void> mine = new CompletableFuture<>();
    if (underWay.putIfAbsent(what, mine) != null) {
      return;
    }
    try {
      background.execute(() -> run(what, making, mine));
    } catch (RejectedExecutionException e) {
      underWay.remove(what, mine);
      mine.completeExceptionally(e);
    }
  }

  /**
   * Makes a layer now, on this thread, or waits for whoever makes it.
   *
   * @throws ExecutionException with what went wrong as its cause
   */
  void makeNow(String what, Making making) throws InterruptedException, ExecutionException {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> other = underWay.putIfAbsent(what, mine);
    if (other == null) {
      run(what, making, mine);
      mine.get();
    } else {
      other.get();
    }
  }

  private void run(String what, Making making, CompletableFuture<Void> done) {
    try {
      making.make();
      failedNanos.remove(what);
      underWay.remove(what);
      done.complete(null);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      LOG.warn("snapshot layer {} could not be made: {}", what, e.toString());
      failedNanos.put(what, System.nanoTime());
      underWay.remove(what);
      done.completeExceptionally(e);
    }
  }

  /** How many wait to be made or are being made. */
  int pending() {
    return underWay.size();
  }

  /** Takes back what waits, and waits for what is under way: its driver, closed before, ends it. */
  @Override
  public void close() {
    background.getQueue().clear();
    background.shutdown();
    try {
      if (!background.awaitTermination(30, TimeUnit.SECONDS)) {
        LOG.warn("a snapshot layer is still being made");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
