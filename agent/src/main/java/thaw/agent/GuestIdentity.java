package thaw.agent;

/**
 * What makes one guest different from its clones.
 *
 * @param hostname the guest's host name
 * @param machineId 32 lower-case hex digits for /etc/machine-id
 */
public record GuestIdentity(String hostname, String machineId) {}
