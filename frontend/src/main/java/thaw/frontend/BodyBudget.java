package thaw.frontend;

import java.util.concurrent.Semaphore;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/** The memory that large request bodies in progress may take together. */
final class BodyBudget {
  /** Bodies up to this size are not counted: the bound on requests in progress holds them. */
  static final int SMALL_BYTES = 64 * 1024;

  /** Gives the memory back; closed once. */
  interface Share extends AutoCloseable {
    @Override
    void close();
  }

  private static final Share NONE = () -> {};

  private final Semaphore kibibytes;

  BodyBudget(long bytes) {
    kibibytes = new Semaphore((int) Math.min(Integer.MAX_VALUE, bytes >> 10));
  }

  /**
   * Takes a share without waiting.
   *
   * @throws LambdaException TOO_MANY_REQUESTS if nothing is left
   */
  Share take(long bytes) {
    if (bytes <= SMALL_BYTES) {
      return NONE;
    }
    int share = Math.toIntExact((bytes + 1023) >> 10);
    if (!kibibytes.tryAcquire(share)) {
      throw new LambdaException(
          ErrorCode.TOO_MANY_REQUESTS,
          "Rate Exceeded. Large requests in progress take all the memory set aside for them"
              + " (bodyMemory); try again");
    }
    return () -> kibibytes.release(share);
  }
}
