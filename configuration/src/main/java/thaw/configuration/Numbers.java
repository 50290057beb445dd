package thaw.configuration;

import java.util.Optional;

/** Numbers of versions in qualifiers. */
final class Numbers {
  private Numbers() {}

  /** The number, if the qualifier is one as Thaw writes it: no sign, no leading zero. */
  static Optional<Integer> parse(String qualifier) {
    if (!qualifier.matches("[1-9][0-9]{0,9}")) {
      return Optional.empty();
    }
    long number = Long.parseLong(qualifier);
    return number <= Integer.MAX_VALUE ? Optional.of((int) number) : Optional.empty();
  }

  /** Whether it can only mean a version: names of aliases are not numbers. */
  static boolean isNumber(String qualifier) {
    return qualifier.matches("[0-9]+");
  }
}
