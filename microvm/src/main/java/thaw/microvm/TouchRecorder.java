package thaw.microvm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import thaw.sandbox.PageStatistics;
import thaw.snapshots.PageAccessLog;
import thaw.sparsefs.FirstTouch;

/** Keeps the order in which pages of a sandbox's files were first touched, once it is told to. */
final class TouchRecorder {
  private final Set<Integer> seen = new HashSet<>();
  private final List<Integer> order = new ArrayList<>();
  private volatile boolean recording;
  private int faults;
  private int diskReads;
  private long diskPages;

  /** Records from now on. */
  void begin() {
    recording = true;
  }

  /** The recorder of one file. */
  FirstTouch of(int file) {
    return (firstPage, pages) -> touched(file, Math.toIntExact(firstPage), pages);
  }

  private synchronized void touched(int file, int first, int pages) {
    if (file == PageAccessLog.MEMORY) {
      faults += pages;
    } else {
      diskReads++;
      diskPages += pages;
    }
    if (!recording) {
      return;
    }
    for (int page = first; page < first + pages && order.size() < PageAccessLog.MAX_PAGES; page++) {
      int entry = PageAccessLog.entry(file, page);
      if (seen.add(entry)) {
        order.add(entry);
      }
    }
  }

  synchronized List<Integer> pages() {
    return List.copyOf(order);
  }

  /** What was asked of the server, whether recorded or not, beside the pages that were pushed. */
  synchronized PageStatistics statistics(int pushed) {
    return new PageStatistics(pushed, faults, diskReads, diskPages);
  }
}
