package thaw.microvm;

/**
 * The devices of every microVM (docs/device-table.md). They are frozen into snapshots, so neither
 * their number nor their order, names or sizes ever depend on the function.
 */
final class DeviceTable {
  /** The disks, in the order of the table; a disk's serial is how the agent finds it. */
  enum Disk {
    ROOT("root", true),
    RUNTIME("runtime", true),
    CODE("code", true),
    OPT("opt", true),
    TMP("tmp", false);

    private final String serial;
    private final boolean readOnly;

    Disk(String serial, boolean readOnly) {
      this.serial = serial;
      this.readOnly = readOnly;
    }

    String serial() {
      return serial;
    }

    boolean readOnly() {
      return readOnly;
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
