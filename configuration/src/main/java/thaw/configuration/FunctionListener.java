package thaw.configuration;

import java.util.Optional;

/** Hears of every change of what serves invocations. */
@FunctionalInterface
public interface FunctionListener {
  /**
   * Called after the change is durable, by the thread that made it: must not block.
   *
   * @param version {@code $LATEST} or a published version's number
   * @param revisionId the revision that serves from now on; empty if none does: the version is
   *     gone, or inactive, and a snapshot of it is not wanted any more
   */
  void changed(String accountId, String name, String version, Optional<String> revisionId);
}
