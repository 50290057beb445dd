import java.nio.file.Files;
import java.nio.file.Path;
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
      for (String file :
          List.of(
              "/proc/sys/kernel/random/uuid",
              "/proc/sys/kernel/hostname",
              "/etc/machine-id",
              "/proc/sys/kernel/random/boot_id",
              "/sys/class/net/eth0/address")) {
        drawn.put(file, Files.readString(Path.of(file)).strip());
      }
      return drawn;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  public Map<String, Object> handle(Object event) {
    long now = System.nanoTime();
    boolean ordered = now - last >= 0;
    last = now;
    Map<String, String> unique = draw();
    List<String> stale =
        EARLY.keySet().stream().filter(name -> EARLY.get(name).equals(unique.get(name))).toList();
    return Map.of(
        "unique", unique, "stale", stale, "ordered", ordered, "seconds", System.currentTimeMillis() / 1000.0);
  }
}
