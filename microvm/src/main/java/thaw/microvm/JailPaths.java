package thaw.microvm;

/** Where things are in the jail. */
final class JailPaths {
  static final String LIFELINE = "/lifeline";
  static final String KERNEL = "/boot/kernel";
  static final String INITRAMFS = "/boot/initramfs";

  /** Directory of the sockets. */
  static final String SOCKETS = "/sockets";

  static final String AGENT_SOCKET = "agent";
  static final String MONITOR_SOCKET = "monitor";
  static final String NETWORK_SOCKET = "network";

  private JailPaths() {}
}
