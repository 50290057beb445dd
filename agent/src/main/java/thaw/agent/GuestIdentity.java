package thaw.agent;

import java.util.UUID;

/**
 * What makes one guest different from its clones.
 *
 * @param hostname the guest's host name: 1 to 63 letters, digits, dots and hyphens
 * @param machineId 32 lower-case hex digits for /etc/machine-id
 * @param bootId for /proc/sys/kernel/random/boot_id
 */
public record GuestIdentity(String hostname, String machineId, UUID bootId) {
  /**
   * @throws IllegalArgumentException if one of them is not what it should be
   */
  public GuestIdentity {
    if (!hostname.matches("[A-Za-z0-9.-]{1,63}")) {
      throw new IllegalArgumentException("not a host name: \"" + hostname + "\"");
    }
    if (!machineId.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("not a machine id: \"" + machineId + "\"");
    }
  }
}
