package thaw.sandbox;

/**
 * How the pages of a resumed sandbox's memory and disks came to it. What a page that was pushed was
 * good for cannot be seen: touching it reaches nobody. So a log's waste is counted against
 * recordings of resumes without it ({@link thaw.snapshots.PageAccessLog#unusedIn}).
 *
 * @param pushed pages that the page access log had and that were pushed
 * @param faults pages that were asked for: with a log, those that it does not cover
 */
public record PageStatistics(long pushed, long faults) {
  /** The share of moved pages that nobody had to wait for, 0 to 1; 1 if none was moved. */
  public double coverage() {
    return pushed + faults == 0 ? 1 : (double) pushed / (pushed + faults);
  }
}
