package thaw.sandbox;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import thaw.agent.GuestDisk;
import thaw.agent.GuestIdentity;

/**
 * What is done to a guest that has just greeted, booted or resumed, before a process of the
 * customer's runs (again): it becomes one of a kind, and its disks are mounted.
 */
public final class GuestPreparation {
  private static final int SEED_BYTES = 64;
  private static final int ID_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private GuestPreparation() {}

  /**
   * Clock, randomness, host name, machine id, boot id, MAC, network, disks, in this order: the boot
   * id comes out of the kernel's generator.
   *
   * @param disks those that are mounted
   */
  public static void prepare(Sandbox sandbox, Set<GuestDisk> disks) throws IOException {
    String hostname = "thaw-" + HexFormat.of().formatHex(random(ID_BYTES / 2));
    byte[] seed = random(SEED_BYTES);
    GuestIdentity identity =
        new GuestIdentity(hostname, HexFormat.of().formatHex(random(ID_BYTES)));
    sandbox.agent().prepare(seed, identity, sandbox.network(), disks);
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }
}
