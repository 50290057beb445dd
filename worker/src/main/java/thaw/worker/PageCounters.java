package thaw.worker;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import thaw.sandbox.PageStatistics;
import thaw.snapshots.PageAccessLog;

/**
 * What page access logs are good for. How much they cover is counted in the resumes that use them;
 * how much of them is wasted in the recordings that they are made of, since of a page that is
 * pushed nobody sees whether it was touched.
 */
final class PageCounters {
  private final LongAdder pushed = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final LongAdder diskReads = new LongAdder();
  private final LongAdder diskPages = new LongAdder();
  private final LongAdder entries = new LongAdder();
  private final LongAdder unused = new LongAdder();

  /** A resume that used a log is at the end of its first invocation. */
  void used(PageStatistics pages) {
    pushed.add(pages.pushed());
    faults.add(pages.faults());
    diskReads.add(pages.diskReads());
    diskPages.add(pages.diskPages());
  }

  /** A log was made of these recordings. */
  void made(PageAccessLog log, List<List<Integer>> recordings) {
    for (List<Integer> recording : recordings) {
      entries.add(log.pages().size());
      unused.add(log.unusedIn(recording));
    }
  }

  WorkerStatus.PageStatus status() {
    PageStatistics all =
        new PageStatistics(pushed.sum(), faults.sum(), diskReads.sum(), diskPages.sum());
    return new WorkerStatus.PageStatus(
        all.pushed(),
        all.faults(),
        all.coverage(),
        all.diskReads(),
        all.diskPages(),
        entries.sum() == 0 ? 0 : (double) unused.sum() / entries.sum());
  }
}
