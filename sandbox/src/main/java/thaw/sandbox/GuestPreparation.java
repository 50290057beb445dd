package thaw.sandbox;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import thaw.agent.AgentConnection;
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
    AgentConnection agent = sandbox.agent();
    agent.setClock(Instant.now());
    agent.reseed(random(SEED_BYTES));
    String hostname = "thaw-" + HexFormat.of().formatHex(random(ID_BYTES / 2));
    agent.setIdentity(new GuestIdentity(hostname, HexFormat.of().formatHex(random(ID_BYTES))));
    if (sandbox.network().isPresent()) {
      agent.configureNetwork(sandbox.network().get());
    }
    agent.mountDisks(disks);
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }
}
