package thaw.settings;

import com.typesafe.config.ConfigValueFactory;
import java.lang.reflect.Type;

/** Checks a value against its {@link Range}. */
final class Bounds {
  private Bounds() {}

  /** Throws IllegalArgumentException saying the allowed range. */
  static void check(Type type, Range range, Object value) {
    if (outside(type, range.min(), value, 1) || outside(type, range.max(), value, -1)) {
      throw new IllegalArgumentException("must be " + describe(range));
    }
  }

  static String describe(Range range) {
    if (range.max().isEmpty()) {
      return "at least " + range.min();
    }
    return range.min().isEmpty()
        ? "at most " + range.max()
        : "between " + range.min() + " and " + range.max();
  }

  private static boolean outside(Type type, String bound, Object value, int wrongSign) {
    if (bound.isEmpty()) {
      return false;
    }
    Object limit = ValueReader.read(type, ConfigValueFactory.fromAnyRef(bound));
    @SuppressWarnings("unchecked") // both are of the component's type
    int order = ((Comparable<Object>) limit).compareTo(value);
    return Integer.signum(order) == wrongSign;
  }
}
