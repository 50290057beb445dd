package thaw.microvm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import thaw.sparsefs.FirstTouch;

/** Keeps the order in which pages were first touched. */
final class TouchRecorder implements FirstTouch {
  private final BitSet seen = new BitSet();
  private final List<Integer> order = new ArrayList<>();

  @Override
  public synchronized void touched(long firstPage, int pages) {
    int first = Math.toIntExact(firstPage);
    for (int page = first; page < first + pages; page++) {
      if (!seen.get(page)) {
        seen.set(page);
        order.add(page);
      }
    }
  }

  synchronized List<Integer> pages() {
    return List.copyOf(order);
  }
}
