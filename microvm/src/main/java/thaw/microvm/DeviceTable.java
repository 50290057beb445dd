package thaw.microvm;

import thaw.snapshots.PageAccessLog;

/**
 * The devices of every microVM (docs/device-table.md). They are frozen into snapshots, so neither
 * their number nor their order, names or sizes ever depend on the function.
 */
final class DeviceTable {
  /** The disks, in the order of the table; a disk's serial is how the agent finds it. */
  enum Disk {
    ROOT("root", true, PageAccessLog.ROOT),
    RUNTIME("runtime", true, PageAccessLog.RUNTIME),
    CODE("code", true, PageAccessLog.CODE),
    OPT("opt", true, PageAccessLog.OPT),
    TMP("tmp", false, 5);

    private final String serial;
    private final boolean readOnly;
    private final int loggedAs;

    Disk(String serial, boolean readOnly, int loggedAs) {
      this.serial = serial;
      this.readOnly = readOnly;
      this.loggedAs = loggedAs;
    }

    String serial() {
      return serial;
    }

    boolean readOnly() {
      return readOnly;
    }

    /**
     * Whether a guest's reads of it pass the host's page cache by: the guest has one of its own,
     * and so they come whole. The runtime's does not, since only what is in the page cache can be
     * pushed there, and what a resume reads of it are little pieces that its log knows.
     */
    boolean direct() {
      return this != RUNTIME;
    }

    /** Its number in a page access log; memory is 0. */
    int loggedAs() {
      return loggedAs;
    }

    /** Where the disk's file is in the jail. */
    String jailPath() {
      return "/disks/" + serial;
    }
  }

  /** Locally administered. The same in all: clones of one snapshot cannot differ in it. */
  static final String MAC_ADDRESS = "02:54:48:41:57:01";

  /** Name of the one virtio-serial port, at which the guest finds the host. */
  static final String AGENT_PORT = "thaw.agent";

  private DeviceTable() {}
}
