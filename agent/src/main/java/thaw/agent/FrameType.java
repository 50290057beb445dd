package thaw.agent;

import java.util.Optional;

/** The frames of docs/agent-protocol.md, each with its number on the wire. */
enum FrameType {
  CONNECT(1),
  HELLO(2),
  REQUEST(3),
  REPLY(4),
  EVENT(5),
  OPEN(6),
  DATA(7),
  WINDOW(8),
  EOF(9),
  CLOSE(10),
  FAULT(11);

  private static final FrameType[] ALL = values();

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  byte code() {
    return (byte) code;
  }

  static Optional<FrameType> of(int code) {
    for (FrameType type : ALL) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Whether it belongs to one stream; all others carry stream 0. */
  boolean onStream() {
    return switch (this) {
      case OPEN, DATA, WINDOW, EOF, CLOSE -> true;
      case CONNECT, HELLO, REQUEST, REPLY, EVENT, FAULT -> false;
    };
  }
}
