package thaw.sandbox;

/**
 * How the pages of a resumed sandbox came to it. What a page that was pushed was good for cannot be
 * seen: touching it reaches nobody. So a log's waste is counted against recordings of resumes
 * without it ({@link thaw.snapshots.PageAccessLog#unusedIn}).
 *
 * @param pushed pages of its memory that the page access log had and that were pushed
 * @param faults pages of its memory that were asked for: with a log, those that it does not cover
 * @param diskReads reads of its read-only disks, as large as the guest's own but for the runtime's,
 *     by page
 * @param diskPages pages in them: what a guest reads twice counts twice
 */
public record PageStatistics(long pushed, long faults, long diskReads, long diskPages) {
  /** Of a sandbox whose pages nobody counts. */
  public static final PageStatistics NONE = new PageStatistics(0, 0, 0, 0);

  /**
   * The share of its memory's moved pages that nobody had to wait for, 0 to 1; 1 if none was moved.
   */
  public double coverage() {
    return pushed + faults == 0 ? 1 : (double) pushed / (pushed + faults);
  }
}
