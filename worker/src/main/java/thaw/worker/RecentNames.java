package thaw.worker;

import java.util.LinkedHashMap;
import java.util.Map;

/** Names that were seen lately, bounded. */
final class RecentNames {
  private final Map<String, Boolean> names;

  /**
   * @param max how many are remembered; the one that was not seen for longest is forgotten first
   */
  RecentNames(int max) {
    names =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > max;
          }
        };
  }

  /** Whether it was seen before; from now on it was. */
  synchronized boolean isRepeated(String name) {
    return names.put(name, true) != null;
  }
}
