package thaw.sandbox;

/**
 * What a sandbox takes of the host's memory, bytes. Best effort; 0 where unknown.
 *
 * @param pssBytes proportional set size of all of its processes: pages that several processes map
 *     count in part
 * @param touchedBytes pages of its snapshot's memory that were moved to it since its resume,
 *     whether it asked for them or they were pushed
 */
public record MemoryUse(long pssBytes, long touchedBytes) {}
