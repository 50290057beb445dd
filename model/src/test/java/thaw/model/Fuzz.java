package thaw.model;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Tests by random cases, each out of a seed of its own. Tests that use it have the tag {@code
 * fuzz}: few cases with every build, a million by {@code ./thaw test --fuzz}.
 */
public final class Fuzz {
  /** How many times more cases than with every build. */
  private static final int FACTOR = Integer.getInteger("thaw.fuzzFactor", 1);

  /** Of the first case. With another one, and a factor of one, a failed case can be repeated. */
  private static final long SEED = Long.getLong("thaw.fuzzSeed", 1);

  /** What the live heap may grow by from the first cases to the last, bytes. */
  private static final long GROWTH_BYTES = 16L << 20;

  /** How often what seems to live is collected again: finalizers may be late on a busy host. */
  private static final int COLLECTIONS = 50;

  /** What separates something from something, somewhere. */
  private static final String MARKS = "%:/\\?&=#;,.$ \"'{}[]<>*";

  private static final int MOST_BYTES = 1 << 17;

  /** One case. */
  @FunctionalInterface
  public interface Case {
    void run(Random random) throws Exception;
  }

  private Fuzz() {}

  /**
   * Runs cases, and holds that they leave nothing in memory.
   *
   * @param cases how many with every build
   * @throws AssertionError that names the seed of a case that failed
   */
  public static void run(int cases, Case one) throws Exception {
    long last = SEED + (long) cases * FACTOR;
    long warm = SEED + cases / 4;
    long liveBytes = 0;
    for (long seed = SEED; seed < last; seed++) {
      try {
        one.run(new Random(seed * 0x9E3779B97F4A7C15L));
      } catch (Exception | AssertionError e) {
        throw new AssertionError("failed with -Dthaw.fuzzSeed=" + seed + ": " + e, e);
      }
      if (seed == warm) {
        liveBytes = liveBytes();
      }
    }
    long grownBytes = liveBytes() - liveBytes;
    for (int more = 0; grownBytes > GROWTH_BYTES && more < COLLECTIONS; more++) {
      grownBytes = liveBytes() - liveBytes;
    }
    if (grownBytes > GROWTH_BYTES) {
      throw new AssertionError(last - warm + " cases left " + grownBytes + " bytes in memory");
    }
  }

  private static long liveBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** One of them. */
  @SafeVarargs
  public static <T> T oneOf(Random random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** One of them. */
  public static <T> T oneOf(Random random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Characters that mean something to somebody, and some that do not. */
  public static String text(Random random, int longest) {
    int length = random.nextInt(longest + 1);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      switch (random.nextInt(8)) {
        case 0 -> text.append((char) random.nextInt(0x80));
        case 1 -> text.append((char) random.nextInt(0xD800));
        case 2 -> text.append(MARKS.charAt(random.nextInt(MARKS.length())));
        default -> text.append((char) ('a' + random.nextInt(26)));
      }
    }
    return text.toString();
  }

  /** The same as bytes, with a few of them changed, left out, repeated or added. */
  public static byte[] mutated(Random random, byte[] bytes) {
    byte[] mutant = bytes.clone();
    for (int changes = random.nextInt(5); changes >= 0; changes--) {
      mutant = changed(random, mutant);
    }
    return mutant.length <= MOST_BYTES ? mutant : Arrays.copyOf(mutant, MOST_BYTES);
  }

  /** The same of a text in ISO 8859-1. */
  public static byte[] mutated(Random random, String text) {
    return mutated(random, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] changed(Random random, byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    int length = Math.min(bytes.length - at, 1 + random.nextInt(16));
    byte[] one = bytes.clone();
    switch (random.nextInt(8)) {
      case 0 -> one[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> one[at] = (byte) random.nextInt();
      case 2 -> one[at] = oneOf(random, (byte) 0, (byte) -1, (byte) '\r', (byte) '\n', (byte) ' ');
      case 3 -> Arrays.fill(one, at, at + length, (byte) random.nextInt());
      case 4 -> one = Arrays.copyOf(one, at); // cut off
      case 5 -> one = joined(bytes, at, bytes, at + length); // left out
      case 6 -> one = joined(bytes, at + length, bytes, at); // repeated
      default -> {
        byte[] added = new byte[length];
        random.nextBytes(added);
        one = joined(joined(bytes, at, added, 0), at + length, bytes, at);
      }
    }
    return one;
  }

  /** The first bytes of one array, and all of another from some index on. */
  private static byte[] joined(byte[] first, int length, byte[] second, int from) {
    return ByteBuffer.allocate(length + second.length - from)
        .put(first, 0, length)
        .put(second, from, second.length - from)
        .array();
  }
}
