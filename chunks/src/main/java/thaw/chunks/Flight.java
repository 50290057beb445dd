package thaw.chunks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A chunk that is being fetched: by one reader, for all who want it meanwhile. It holds the chunk
 * until the last of them has got it.
 */
final class Flight {
  private final CompletableFuture<PlainChunk> landed = new CompletableFuture<>();
  private final AtomicInteger members = new AtomicInteger(1);

  /** Joins a flight that is in the map of flights, and so has a member. */
  Flight join() {
    members.incrementAndGet();
    return this;
  }

  /** Lands with a chunk, of which the flight becomes a holder. */
  void land(PlainChunk chunk) {
    landed.complete(chunk);
  }

  void fail(Throwable cause) {
    landed.completeExceptionally(cause);
  }

  /** Waits for the chunk; it is held for the caller. */
  PlainChunk await(Duration timeout) throws IOException {
    try {
      PlainChunk chunk = landed.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!chunk.hold()) {
        throw new AssertionError("the flight holds it");
      }
      return chunk;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof DamagedException) {
        throw new DamagedException(String.valueOf(cause.getMessage()), cause);
      }
      throw new IOException(cause == null ? "no chunk" : cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new IOException("a chunk was not there after " + timeout, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  /** Once for each member. */
  void leave() {
    if (members.decrementAndGet() == 0 && !landed.isCompletedExceptionally()) {
      landed.join().close();
    }
  }
}
