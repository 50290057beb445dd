package thaw.javaruntime;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/**
 * The generators of this process that would otherwise go on alike in all clones; the kernel's is
 * renewed already. They are looked for before the snapshot, so that renewing them is quick.
 *
 * <p>Not reached: generators that the function made itself (of a seeded java.util.Random that is
 * even its right), identity hash codes, and the order of Set.of and Map.of, whose salt is built
 * into compiled code and into the sets that there are.
 */
final class Randomness {
  private final List<AtomicLong> seeds;
  private final Random ofMath;
  private final Field ofCollections;
  private final List<Object> kernelBuffers;
  private final Field buffered;
  private final Field probe;
  private final Field secondarySeed;

  private Randomness() {
    seeds = new ArrayList<>();
    // The first value out of which new generators make their seeds.
    seeds.add(atomic("java.util.Random", "seedUniquifier"));
    seeds.add(atomic("java.util.concurrent.ThreadLocalRandom", "seeder"));
    RandomGeneratorFactory.all()
        .filter(factory -> factory.isSplittable() || factory.isJumpable())
        .forEach(factory -> seeds.add(seedOf(factory.create().getClass())));
    ofMath =
        Internals.staticValue(
            Random.class, "java.lang.Math$RandomNumberGeneratorHolder", "randomNumberGenerator");
    ofCollections = Internals.field(Internals.type("java.util.Collections"), "r");
    // SecureRandom keeps up to 256 bytes of the kernel's for 100 ms.
    new SecureRandom().nextInt();
    kernelBuffers = new ArrayList<>();
    for (String kind : List.of("", "$Blocking", "$NonBlocking")) {
      kernelBuffers.add(
          Internals.staticValue(
              Object.class, "sun.security.provider.NativePRNG" + kind, "INSTANCE"));
    }
    buffered =
        Internals.field(Internals.type("sun.security.provider.NativePRNG$RandomIO"), "buffered");
    probe = Internals.field(Thread.class, "threadLocalRandomProbe");
    secondarySeed = Internals.field(Thread.class, "threadLocalRandomSecondarySeed");
  }

  static Randomness find() {
    return new Randomness();
  }

  private static AtomicLong atomic(String owner, String name) {
    return Internals.staticValue(AtomicLong.class, owner, name);
  }

  /** Where new generators of a class take their seeds from: its only static AtomicLong. */
  private static AtomicLong seedOf(Class<?> generator) {
    return Stream.of(generator.getDeclaredFields())
        .filter(field -> field.getType() == AtomicLong.class)
        .map(field -> atomic(generator.getName(), field.getName()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(generator + " has no seed"));
  }

  /** Gives each a state out of the kernel's generator. */
  void renew() {
    ByteBuffer fresh = ByteBuffer.wrap(kernelBytes((seeds.size() + 2) * Long.BYTES));
    // Odd: one of them is multiplied on, and must not be zero.
    seeds.forEach(seed -> seed.set(fresh.getLong() | 1));
    ofMath.setSeed(fresh.getLong());
    try {
      if (ofCollections.get(null) instanceof Random random) {
        random.setSeed(fresh.getLong());
      }
      for (Object buffer : kernelBuffers) {
        synchronized (buffer) {
          buffered.setInt(buffer, 0);
        }
      }
      for (Thread thread : threads()) {
        // A thread without a probe makes itself a new seed.
        probe.setInt(thread, 0);
        secondarySeed.setInt(thread, 0);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("randomness cannot be renewed", e);
    }
    ThreadLocalRandom.current();
  }

  private static List<Thread> threads() {
    ThreadGroup root = Thread.currentThread().getThreadGroup();
    while (root.getParent() != null) {
      root = root.getParent();
    }
    Thread[] threads = new Thread[2 * root.activeCount() + 16];
    int count = root.enumerate(threads, true);
    return Arrays.asList(threads).subList(0, count);
  }

  private static byte[] kernelBytes(int count) {
    try (FileInputStream in = new FileInputStream("/dev/urandom")) {
      return in.readNBytes(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
