package thaw.agent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The eight bytes in front of every frame, checked as far as they can be on their own.
 *
 * @param length of the payload, bytes
 */
record FrameHeader(FrameType type, int flags, int stream, int length) {

  /** Decodes from a little-endian buffer. */
  static FrameHeader decode(ByteBuffer from) throws ProtocolViolation {
    int code = from.get() & 0xff;
    int flags = from.get() & 0xff;
    int stream = from.getShort() & 0xffff;
    int length = from.getInt();
    FrameType type =
        FrameType.of(code).orElseThrow(() -> new ProtocolViolation("frame of type " + code));
    if (length < 0 || length > Protocol.MAX_PAYLOAD_BYTES) {
      throw new ProtocolViolation(type + " with " + (length & 0xffffffffL) + " bytes");
    }
    if (type.onStream() ? stream < 1 || stream > Protocol.MAX_STREAMS : stream != 0) {
      throw new ProtocolViolation(type + " on stream " + stream);
    }
    if ((flags & ~allowedFlags(type)) != 0) {
      throw new ProtocolViolation(type + " with flags " + flags);
    }
    return new FrameHeader(type, flags, stream, length);
  }

  /** Encodes into a little-endian buffer. */
  static void encode(ByteBuffer into, FrameType type, int flags, int stream, int length) {
    assert into.order() == ByteOrder.LITTLE_ENDIAN;
    into.put(type.code()).put((byte) flags).putShort((short) stream).putInt(length);
  }

  boolean carried() {
    return (flags & Protocol.FLAG_CARRIED) != 0;
  }

  boolean abort() {
    return (flags & Protocol.FLAG_ABORT) != 0;
  }

  /** Ends the connection unless the payload has exactly the size that the type demands. */
  void requireLength(int bytes) throws ProtocolViolation {
    if (length != bytes) {
      throw new ProtocolViolation(type + " with " + length + " bytes instead of " + bytes);
    }
  }

  private static int allowedFlags(FrameType type) {
    return switch (type) {
      case OPEN -> Protocol.FLAG_CARRIED;
      case CLOSE -> Protocol.FLAG_ABORT;
      case CONNECT, HELLO, REQUEST, REPLY, EVENT, DATA, WINDOW, EOF, FAULT -> 0;
    };
  }
}
