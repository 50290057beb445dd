package thaw.settings;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of data. Written as a number and a unit: B, kB, MB, GB, TB (powers of 1,000) or KiB,
 * MiB, GiB, TiB (powers of 1,024); a bare number is bytes.
 *
 * @param bytes not negative
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([A-Za-z]*)");

  private static final Map<String, Long> UNIT_BYTES =
      Map.ofEntries(
          Map.entry("", 1L),
          Map.entry("b", 1L),
          Map.entry("kb", 1_000L),
          Map.entry("mb", 1_000_000L),
          Map.entry("gb", 1_000_000_000L),
          Map.entry("tb", 1_000_000_000_000L),
          Map.entry("kib", 1L << 10),
          Map.entry("mib", 1L << 20),
          Map.entry("gib", 1L << 30),
          Map.entry("tib", 1L << 40));

  private static final String[] BINARY_UNITS = {"TiB", "GiB", "MiB", "KiB"};

  public DataSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size cannot be negative: " + bytes);
    }
  }

  public static DataSize ofMebibytes(long mebibytes) {
    return new DataSize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  /**
   * Parses {@code 512MiB}, {@code 10 GB}, {@code 1.5GiB}, {@code 4096}.
   *
   * @throws IllegalArgumentException naming the text and the units, if it is none of these, not a
   *     whole number of bytes, or too large
   */
  public static DataSize parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (matcher.matches()) {
      Long unit = UNIT_BYTES.get(matcher.group(2).toLowerCase(Locale.ROOT));
      if (unit != null) {
        try {
          BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
          return new DataSize(bytes.longValueExact());
        } catch (ArithmeticException e) {
          throw new IllegalArgumentException(
              "\"" + text + "\" is not a whole number of bytes below 2^63", e);
        }
      }
    }
    throw new IllegalArgumentException(
        "\""
            + text
            + "\" is not a size; write a number and one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB");
  }

  public long mebibytes() {
    return bytes >> 20;
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** In the largest binary unit that divides it, for example {@code 512MiB}. */
  @Override
  public String toString() {
    for (int i = 0; i < BINARY_UNITS.length; i++) {
      int shift = 40 - 10 * i;
      if (bytes >= 1L << shift && bytes % (1L << shift) == 0) {
        return (bytes >> shift) + BINARY_UNITS[i];
      }
    }
    return bytes + "B";
  }
}
