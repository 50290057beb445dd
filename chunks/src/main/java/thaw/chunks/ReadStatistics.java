package thaw.chunks;

import java.util.List;

/**
 * Counts of the read path since the start.
 *
 * @param tiers from the nearest, which is memory, to the origin
 * @param memoryBytes plaintext in memory now
 * @param memoryEvictions chunks that left memory for others
 * @param diskBytes ciphertext in the disk cache now
 * @param diskEvictions chunks that left the disk cache for others
 */
public record ReadStatistics(
    List<OfTier> tiers,
    long memoryBytes,
    long memoryEvictions,
    long diskBytes,
    long diskEvictions) {

  /**
   * Of one tier.
   *
   * @param hits chunks it gave
   * @param misses chunks it did not have
   * @param bytes what it gave, bytes
   * @param failures times it failed or could not take what it was offered
   * @param damaged chunks of it that did not have their hash
   */
  public record OfTier(
      String tier, long hits, long misses, long bytes, long failures, long damaged) {}
}
