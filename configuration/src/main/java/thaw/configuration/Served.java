package thaw.configuration;

import java.util.Optional;
import java.util.function.Supplier;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;

/** What one qualifier of a function serves, and when it last did. */
final class Served {
  /** A later use is noted only if it is this much later: the note is shared by all threads. */
  private static final long NOTED_MILLIS = 500;

  private final Optional<FunctionVersion> version;
  private final Supplier<LambdaException> refusal;
  private volatile long savedMillis;
  private volatile long usedMillis;

  /**
   * @param refusal the error if there is no version to serve
   * @param savedMillis when it was last used, as far as the database knows
   */
  Served(Optional<FunctionVersion> version, Supplier<LambdaException> refusal, long savedMillis) {
    this.version = version;
    this.refusal = refusal;
    this.savedMillis = savedMillis;
    this.usedMillis = savedMillis;
  }

  FunctionVersion use() {
    if (version.isEmpty()) {
      throw refusal.get();
    }
    FunctionVersion serving = version.get();
    if (serving.snapStart()) {
      long now = System.currentTimeMillis();
      if (now - usedMillis > NOTED_MILLIS) {
        usedMillis = now;
      }
    }
    return serving;
  }

  Optional<FunctionVersion> version() {
    return version;
  }

  long savedMillis() {
    return savedMillis;
  }

  void saved(long millis) {
    savedMillis = millis;
  }

  long usedMillis() {
    return usedMillis;
  }
}
