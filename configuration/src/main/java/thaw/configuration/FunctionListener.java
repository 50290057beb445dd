package thaw.configuration;

import java.util.Optional;

/** Hears of every change of what serves a function's invocations. */
@FunctionalInterface
public interface FunctionListener {
  /**
   * Called after the change is durable, by the thread that made it: must not block.
   *
   * @param revisionId the revision that serves from now on; empty if the function is gone
   */
  void changed(String accountId, String name, Optional<String> revisionId);
}
