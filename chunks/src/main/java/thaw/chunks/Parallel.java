package thaw.chunks;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The same for many things, several at once. */
final class Parallel {
  private Parallel() {}

  /** What is done with each. */
  @FunctionalInterface
  interface Action<T> {
    void accept(T item) throws IOException;
  }

  /** Ends when all are done; after a failure no more are begun, and it is thrown. */
  static <T> void forEach(Collection<T> items, Executor executor, int atOnce, Action<T> action)
      throws IOException {
    Semaphore free = new Semaphore(atOnce);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    for (T item : items) {
      free.acquireUninterruptibly();
      if (failure.get() != null) {
        free.release();
        break;
      }
      executor.execute(() -> {
        try {
          action.accept(item);
        } catch (IOException | RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          free.release();
        }
      });
    }
    free.acquireUninterruptibly(atOnce);
    rethrow(failure.get());
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
    switch (failure) {
      case null -> {}
      case DamagedException damaged ->
          throw new DamagedException(String.valueOf(damaged.getMessage()), damaged);
      case Error error -> throw error;
      default -> throw new IOException(failure.getMessage(), failure);
    }
  }
}
