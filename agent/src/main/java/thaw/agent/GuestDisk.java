package thaw.agent;

/**
 * A disk of the guest that can be mounted on its own. One that was mounted before a snapshot must
 * be the same after it; one that was not may then be any.
 */
public enum GuestDisk {
  /** The customer's root: the base image with the runtime's over it. */
  ROOT(1),
  /** The function's code at /var/task. */
  CODE(2),
  /** Layers at /opt; left out if blank. */
  OPT(4),
  /** The ephemeral storage at /tmp. */
  TMP(8);

  private final int bit;

  GuestDisk(int bit) {
    this.bit = bit;
  }

  int bit() {
    return bit;
  }
}
