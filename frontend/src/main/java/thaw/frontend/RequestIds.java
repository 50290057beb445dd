package thaw.frontend;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ids of requests and traces. They name things and protect nothing, so a fast generator will do.
 */
final class RequestIds {
  private RequestIds() {}

  /** A random UUID (RFC 9562, version 4), as in {@code x-amzn-RequestId}. */
  static String requestId() {
    var random = ThreadLocalRandom.current();
    long high = (random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000L;
    long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  /**
   * A trace header as AWS makes one that is not sampled.
   *
   * @see <a href="https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html">AWS X-Ray:
   *     tracing header</a>
   */
  static String traceId() {
    var random = ThreadLocalRandom.current();
    var id = new StringBuilder(74);
    id.append("Root=1-");
    hex(id, System.currentTimeMillis() / 1000, 8);
    id.append('-');
    hex(id, random.nextLong(), 8);
    hex(id, random.nextLong(), 16);
    id.append(";Parent=");
    hex(id, random.nextLong(), 16);
    return id.append(";Sampled=0").toString();
  }

  private static void hex(StringBuilder out, long value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      out.append(Character.forDigit((int) (value >>> shift) & 15, 16));
    }
  }
}
