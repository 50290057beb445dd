package thaw.agent;

/** Control calls; each with its number on the wire. */
enum Operation {
  PING(1),
  SET_CLOCK(2),
  RESEED(3),
  SET_IDENTITY(4),
  CONFIGURE_NETWORK(5),
  MOUNT_DISKS(6),
  START(7),
  FREEZE(8),
  THAW(9),
  KILL(10),
  PEAK_MEMORY(11),
  POWER_OFF(12),
  SET_LIMITS(13);

  private final int code;

  Operation(int code) {
    this.code = code;
  }

  short code() {
    return (short) code;
  }
}
