package thaw.chunks;

import java.util.List;

/**
 * What a garbage collection would find in each root.
 *
 * @param roots oldest first
 */
public record GcReport(List<OfRoot> roots) {
  /** What comes next for a root. */
  public enum Next {
    /** Nothing yet. */
    KEEP,
    /** It is old enough to be retired. */
    RETIRE,
    /** What is live in it is to be carried over. */
    CARRY_OVER,
    /** Nothing live is only in it: it is to expire. */
    EXPIRE,
    /** All of it is to be deleted. */
    DELETE,
    /** It would be deleted, but was read after it expired. */
    STOPPED_BY_ALARM
  }

  /**
   * Of one root.
   *
   * @param liveManifests manifests in it that are referred to, their parents among them
   * @param deadManifests other manifests in it
   * @param chunks chunks in it
   * @param deadChunks those of no live manifest: what goes when the root does
   * @param onlyHere live manifests that are in no active root
   */
  public record OfRoot(
      Root root,
      Next next,
      long liveManifests,
      long deadManifests,
      long chunks,
      long deadChunks,
      long onlyHere) {
    /** What the dead chunks take at most, bytes, where no other root has them too. */
    public long deadBytes() {
      return deadChunks * ChunkCipher.CHUNK_BYTES;
    }
  }
}
