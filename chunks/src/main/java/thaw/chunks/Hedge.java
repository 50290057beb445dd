package thaw.chunks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Asks a second time when the first answer takes longer than the 99th percentile, and takes what
 * comes first. At most one request in twenty is asked again, so a slow origin does not get twice
 * the load.
 */
final class Hedge {
  private static final long SHARE = 20;
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final LatencyWindow latencies = new LatencyWindow();
  private final LongAdder requests = new LongAdder();
  private final LongAdder hedged = new LongAdder();

  /** A request that may be asked twice at once; it ends soon after it is interrupted. */
  @FunctionalInterface
  interface Request<T> {
    T send() throws IOException;
  }

  /** How one attempt ended. */
  private sealed interface Outcome<T> {
    record Answer<T>(T value) implements Outcome<T> {}

    record Failure<T>(IOException cause) implements Outcome<T> {}
  }

  /**
   * Sends a request, perhaps twice.
   *
   * @throws IOException what the last attempt failed with
   */
  <T> T send(Request<T> request) throws IOException {
    requests.increment();
    BlockingQueue<Outcome<T>> outcomes = new LinkedBlockingQueue<>();
    Thread first = start(request, outcomes);
    Thread second = null;
    try {
      Outcome<T> outcome = poll(outcomes, patienceNanos());
      int pending = 1;
      if (outcome == null) {
        if (hedged.sum() * SHARE <= requests.sum()) {
          hedged.increment();
          second = start(request, outcomes);
          pending = 2;
        }
        outcome = outcomes.take();
      }
      while (outcome instanceof Outcome.Failure<T> && --pending > 0) {
        outcome = outcomes.take();
      }
      return switch (outcome) {
        case Outcome.Answer<T>(T value) -> value;
        case Outcome.Failure<T>(IOException cause) ->
            throw new IOException(cause.getMessage(), cause);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    } finally {
      first.interrupt();
      if (second != null) {
        second.interrupt();
      }
    }
  }

  /** How many requests were asked a second time. */
  long hedgedRequests() {
    return hedged.sum();
  }

  private long patienceNanos() {
    OptionalLong p99 = latencies.p99Nanos();
    return p99.isEmpty() ? Long.MAX_VALUE : Math.max(LEAST_NANOS, p99.getAsLong());
  }

  private static <T> @Nullable Outcome<T> poll(BlockingQueue<Outcome<T>> outcomes, long nanos)
      throws InterruptedException {
    return outcomes.poll(nanos, TimeUnit.NANOSECONDS);
  }

  private <T> Thread start(Request<T> request, BlockingQueue<Outcome<T>> outcomes) {
    return Thread.ofVirtual()
        .name("origin-request")
        .start(() -> {
          long start = System.nanoTime();
          try {
            T answer = request.send();
            latencies.add(System.nanoTime() - start);
            outcomes.add(new Outcome.Answer<>(answer));
          } catch (IOException e) {
            outcomes.add(new Outcome.Failure<>(e));
          } catch (RuntimeException | Error e) {
            outcomes.add(new Outcome.Failure<>(new IOException(e)));
          }
        });
  }
}
