import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** What two clones of one snapshot must not have in common, drawn once in INIT, too. */
public class App {
  private static final Map<String, String> EARLY = draw();
  private static final Map<String, String> EARLY_NAMES = names();
  private static long last = System.nanoTime();

  private static Map<String, String> draw() {
    Map<String, String> drawn = new LinkedHashMap<>();
    try {
      drawn.put("secure", String.valueOf(new SecureRandom().nextLong()));
      drawn.put("strong", String.valueOf(SecureRandom.getInstanceStrong().nextLong()));
      drawn.put("uuid", String.valueOf(UUID.randomUUID()));
      drawn.put("math", String.valueOf(Math.random()));
      drawn.put("thread local", String.valueOf(ThreadLocalRandom.current().nextLong()));
      drawn.put("random", String.valueOf(new Random().nextLong()));
      drawn.put("splittable", String.valueOf(new SplittableRandom().nextLong()));
      RandomGeneratorFactory.all()
          .filter(factory -> factory.isSplittable() || factory.isJumpable())
          .map(RandomGeneratorFactory::name)
          .sorted()
          .forEach(name -> drawn.put(name, String.valueOf(RandomGenerator.of(name).nextLong())));
      List<Integer> cards = new ArrayList<>();
      for (int card = 0; card < 30; card++) {
        cards.add(card);
      }
      Collections.shuffle(cards);
      drawn.put("shuffle", String.valueOf(cards));
      drawn.put("gaussian", String.valueOf(new Random().nextGaussian()));
      drawn.put("random from secure", String.valueOf(Random.from(new SecureRandom()).nextLong()));
      drawn.put("key", String.valueOf(KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic()));
      drawn.put("temporary", String.valueOf(Files.createTempFile("t", "")));
      drawn.put("kernel", read("/proc/sys/kernel/random/uuid"));
      return drawn;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without the log stream, which SnapStart functions are not told. */
  private static Map<String, String> names() {
    return Map.of(
        "hostname", read("/proc/sys/kernel/hostname"),
        "machine", read("/etc/machine-id"),
        "boot", read("/proc/sys/kernel/random/boot_id"),
        "mac", read("/sys/class/net/eth0/address"));
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Map<String, Object> handle(Object event) {
    long now = System.nanoTime();
    boolean ordered = now - last >= 0;
    last = now;
    Map<String, String> drawn = draw();
    Map<String, String> names = names();
    List<String> stale = new ArrayList<>(EARLY.keySet());
    stale.removeIf(name -> !EARLY.get(name).equals(drawn.get(name)));
    EARLY_NAMES.forEach((name, value) -> {
      if (value.equals(names.get(name))) {
        stale.add(name);
      }
    });
    return Map.of(
        "drawn", drawn, "names", names,
        "stale", stale, "ordered", ordered, "seconds", System.currentTimeMillis() / 1000.0);
  }
}
