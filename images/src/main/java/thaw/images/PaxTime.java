package thaw.images;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/** Times of extended headers: decimal seconds since 1970, with a fraction. */
final class PaxTime {
  private static final int LONGEST = 40;
  private static final long LARGEST = 1L << 40;

  private PaxTime() {}

  static long seconds(byte[] text) throws ImageException {
    return parse(text).setScale(0, RoundingMode.FLOOR).longValue();
  }

  static int nanos(byte[] text) throws ImageException {
    BigDecimal time = parse(text);
    return time.subtract(time.setScale(0, RoundingMode.FLOOR)).movePointRight(9).intValue();
  }

  private static BigDecimal parse(byte[] text) throws ImageException {
    try {
      String digits = new String(text, StandardCharsets.ISO_8859_1);
      if (text.length <= LONGEST && digits.matches("-?[0-9]+(\\.[0-9]*)?")) {
        BigDecimal time = new BigDecimal(digits.endsWith(".") ? digits + "0" : digits);
        if (time.abs().compareTo(BigDecimal.valueOf(LARGEST)) < 0) {
          return time;
        }
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw ImageException.invalid("a time in a layer's archive is none");
  }
}
