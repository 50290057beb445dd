package thaw.agent;

/** The numbers of docs/agent-protocol.md, version 2. */
final class Protocol {
  static final int VERSION = 3;
  static final int HEADER_BYTES = 8;
  static final int MAX_PAYLOAD_BYTES = 64 * 1024;
  static final int MAX_STREAMS = 64;
  static final int NONCE_BYTES = 16;
  static final int MAX_BUILD_BYTES = 256;

  /** What the host lets the guest send on a stream before it has read it. */
  static final int HOST_WINDOW_BYTES = 256 * 1024;

  static final int MIN_WINDOW_BYTES = 4 * 1024;
  static final int MAX_WINDOW_BYTES = 16 * 1024 * 1024;

  /** How much from an earlier connection is skipped in search of the greeting. */
  static final int MAX_STALE_BYTES = 8 * 1024 * 1024;

  static final int MAX_UNANSWERED_REQUESTS = 16;
  static final int MAX_SEED_BYTES = 4096;

  static final int FLAG_CARRIED = 1;
  static final int FLAG_ABORT = 1;

  static final int EVENT_EXITED = 1;
  static final int EXITED_OUT_OF_MEMORY = 1;

  private Protocol() {}
}
