package thaw.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** A frame as raw as it is on the wire: in tests it may break every rule. */
@SuppressWarnings({"ArrayRecordComponent", "ByteBufferBackingArray"}) // bytes are the matter here
record Frame(int type, int flags, int stream, long length, byte[] payload) {
  private static final int HEADER_BYTES = 8;

  static Frame of(FrameType type, int flags, int stream, byte[] payload) {
    return new Frame(type.code(), flags, stream, payload.length, payload);
  }

  static Frame of(FrameType type, int stream) {
    return of(type, 0, stream, new byte[0]);
  }

  static Frame connect(byte[] nonce) {
    return of(
        FrameType.CONNECT,
        0,
        0,
        little(24).put(nonce).putInt(Protocol.VERSION).putInt(256 * 1024).array());
  }

  static Frame hello(byte[] nonce) {
    byte[] build = "fake".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer payload = little(24 + build.length).put(nonce);
    payload.putShort((short) Protocol.VERSION).putShort((short) 64).putInt(256 * 1024).put(build);
    return of(FrameType.HELLO, 0, 0, payload.array());
  }

  static Frame request(int id, Operation operation, byte[] arguments) {
    ByteBuffer payload = little(8 + arguments.length).putInt(id).putInt(operation.code());
    return of(FrameType.REQUEST, 0, 0, payload.put(arguments).array());
  }

  static Frame reply(int id, int errno, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer payload = little(8 + bytes.length).putInt(id).putInt(errno).put(bytes);
    return of(FrameType.REPLY, 0, 0, payload.array());
  }

  static Frame open(int stream, int kind) {
    return of(FrameType.OPEN, 0, stream, new byte[] {(byte) kind});
  }

  static Frame data(int stream, int bytes) {
    return of(FrameType.DATA, 0, stream, new byte[bytes]);
  }

  static Frame window(int stream, int bytes) {
    return of(FrameType.WINDOW, 0, stream, little(4).putInt(bytes).array());
  }

  byte[] bytes() {
    ByteBuffer bytes = little(HEADER_BYTES + payload.length);
    bytes.put((byte) type).put((byte) flags).putShort((short) stream).putInt((int) length);
    return bytes.put(payload).array();
  }

  static Frame read(ReadableByteChannel from) throws IOException {
    ByteBuffer header = fill(from, HEADER_BYTES);
    int type = header.get();
    int flags = header.get();
    int stream = header.getShort();
    int length = header.getInt();
    return new Frame(type, flags, stream, length, fill(from, length).array());
  }

  boolean is(FrameType expected) {
    return type == expected.code();
  }

  String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  /** This frame, or one with a few bits or bytes of it changed, cut off or repeated. */
  byte[] mutated(Random random) {
    byte[] bytes = bytes();
    for (int i = random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(random.nextBoolean() ? HEADER_BYTES : bytes.length);
      bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] ^ 1);
    }
    if (random.nextInt(20) == 0) {
      return java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
    }
    return bytes;
  }

  private static ByteBuffer fill(ReadableByteChannel from, int bytes) throws IOException {
    ByteBuffer buffer = little(bytes);
    while (buffer.hasRemaining()) {
      if (from.read(buffer) < 0) {
        throw new IOException("the other end closed");
      }
    }
    return buffer.flip();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
