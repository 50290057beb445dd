package thaw.microvm;

/** Where things are in the jail. */
final class JailPaths {
  static final String KERNEL = "/boot/kernel";
  static final String INITRAMFS = "/boot/initramfs";

  static final String MEMORY = "/" + SandboxFiles.MEMORY;

  /** A snapshot's device state, to be read or written. */
  static final String STATE = "/state";

  /** Directory of the sockets. */
  static final String SOCKETS = "/sockets";

  static final String AGENT_SOCKET = "agent";
  static final String MONITOR_SOCKET = "monitor";
  static final String NETWORK_SOCKET = "network";

  private JailPaths() {}
}
