package thaw.jail;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Bounded waits whose failures are {@link IOException}s that say what was waited for. */
public final class Awaiting {
  private Awaiting() {}

  /**
   * The result, waited for.
   *
   * @param what names what is awaited, as the subject of a sentence
   */
  public static <T> T result(CompletableFuture<T> future, Duration timeout, String what)
      throws IOException {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(what + " did not come within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String why = cause == null ? "unknown" : String.valueOf(cause.getMessage());
      throw new IOException(what + " did not come: " + why, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting: " + what);
    }
  }
}
