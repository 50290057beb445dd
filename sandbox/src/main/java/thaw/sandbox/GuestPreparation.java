package thaw.sandbox;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import thaw.agent.AgentConnection;
import thaw.agent.GuestDisk;
import thaw.agent.GuestIdentity;
import thaw.agent.GuestNetwork;

/**
 * What a driver does to a guest that has booted or resumed, before a process of the customer's runs
 * (again): it becomes one of a kind, and its disks are mounted.
 */
public final class GuestPreparation {
  private static final int SEED_BYTES = 64;
  private static final int ID_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private GuestPreparation() {}

  /**
   * Asks for clock, randomness, host name, machine id, boot id, MAC, network, disks.
   *
   * @param agent of a guest that has greeted, or is about to
   * @param disks those that are mounted
   * @return to be waited for
   */
  public static AgentConnection.Preparation begin(
      AgentConnection agent, Optional<GuestNetwork> network, Set<GuestDisk> disks)
      throws IOException {
    String hostname = "thaw-" + HexFormat.of().formatHex(random(ID_BYTES / 2));
    GuestIdentity identity =
        new GuestIdentity(hostname, HexFormat.of().formatHex(random(ID_BYTES)), UUID.randomUUID());
    return agent.prepare(random(SEED_BYTES), identity, network, disks);
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }
}
