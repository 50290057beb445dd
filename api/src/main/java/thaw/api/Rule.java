package thaw.api;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One constraint on one member.
 *
 * @param text what AWS tells a client whose value breaks it
 * @param holds whether a value that is set keeps it
 * @param required whether the value must be set at all
 */
record Rule(String text, Predicate<Object> holds, boolean required) {
  /**
   * Longest text a pattern is held against, characters. Longer than any the service model bounds;
   * what is longer breaks the pattern by definition, so that no pattern can run away.
   */
  private static final int PATTERN_CHARS = 10_000;

  private Rule(String text, Predicate<Object> holds) {
    this(text, holds, false);
  }

  static Rule notNull() {
    return new Rule("Member must not be null", value -> true, true);
  }

  static Rule longest(int length) {
    return new Rule(
        "Member must have length less than or equal to " + length, v -> lengthOf(v) <= length);
  }

  static Rule shortest(int length) {
    return new Rule(
        "Member must have length greater than or equal to " + length, v -> lengthOf(v) >= length);
  }

  static Rule most(int number) {
    return new Rule(
        "Member must have value less than or equal to " + number,
        v -> ((Number) v).doubleValue() <= number);
  }

  static Rule least(int number) {
    return new Rule(
        "Member must have value greater than or equal to " + number,
        v -> ((Number) v).doubleValue() >= number);
  }

  static Rule pattern(String regex) {
    Pattern pattern = Pattern.compile(regex);
    return new Rule(
        "Member must satisfy regular expression pattern: " + regex,
        v -> lengthOf(v) <= PATTERN_CHARS && pattern.matcher((String) v).matches());
  }

  static Rule oneOf(String... values) {
    List<String> allowed = List.of(values);
    return new Rule("Member must satisfy enum value set: " + allowed, allowed::contains);
  }

  /** This rule, for those values only that {@code which} picks. */
  Rule onlyFor(Predicate<String> which) {
    return new Rule(text, v -> !which.test((String) v) || holds.test(v));
  }

  /** Rules for every element of a list. */
  static Rule each(Rule... rules) {
    return new Rule(
        "Member must satisfy constraint: "
            + texts(Stream.concat(Stream.of(rules), Stream.of(notNull()))),
        v -> allKeep((List<?>) v, rules));
  }

  static Rule mapKeys(Rule... rules) {
    return new Rule(
        "Map keys must satisfy constraint: " + texts(Stream.of(rules)),
        v -> allKeep(((Map<?, ?>) v).keySet(), rules));
  }

  static Rule mapValues(Rule... rules) {
    return new Rule(
        "Map value must satisfy constraint: " + texts(Stream.of(rules)),
        v -> allKeep(((Map<?, ?>) v).values(), rules));
  }

  boolean isBrokenBy(@Nullable Object value) {
    return value == null ? required : !holds.test(value);
  }

  private static boolean allKeep(Collection<?> elements, Rule... rules) {
    return elements.stream()
        .allMatch(element -> Arrays.stream(rules).noneMatch(rule -> rule.isBrokenBy(element)));
  }

  private static String texts(Stream<Rule> rules) {
    return rules.map(Rule::text).collect(Collectors.joining(", ", "[", "]"));
  }

  private static int lengthOf(Object value) {
    return switch (value) {
      case String s -> s.codePointCount(0, s.length());
      case Collection<?> c -> c.size();
      case Map<?, ?> m -> m.size();
      default -> throw new IllegalStateException("No length: " + value.getClass());
    };
  }
}
