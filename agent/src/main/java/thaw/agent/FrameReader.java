package thaw.agent;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/** Cuts the guest's bytes into frames. One thread; never holds more than one buffer of them. */
final class FrameReader {
  private static final int BUFFER_BYTES = 32 * 1024;

  /** Takes a payload piece by piece as it arrives. */
  interface PieceSink {
    void accept(ByteBuffer piece) throws ProtocolViolation;
  }

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);

  FrameReader(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /**
   * Skips what an earlier connection left behind, up to and including the header and the nonce of
   * the greeting to this one.
   *
   * @return the greeting's header; its payload after the nonce is to be read next
   */
  FrameHeader skipToGreeting(byte[] nonce) throws IOException {
    byte[] seen = new byte[Protocol.HEADER_BYTES + Protocol.NONCE_BYTES];
    int skipped = 0;
    while (!Arrays.equals(seen, Protocol.HEADER_BYTES, seen.length, nonce, 0, nonce.length)) {
      if (++skipped > Protocol.MAX_STALE_BYTES) {
        throw new ProtocolViolation("no greeting within " + Protocol.MAX_STALE_BYTES + " bytes");
      }
      need(1);
      System.arraycopy(seen, 1, seen, 0, seen.length - 1);
      seen[seen.length - 1] = buffer.get();
    }
    FrameHeader header = FrameHeader.decode(ByteBuffer.wrap(seen).order(ByteOrder.LITTLE_ENDIAN));
    if (header.type() != FrameType.HELLO || header.length() < Protocol.NONCE_BYTES) {
      throw new ProtocolViolation("the nonce came in a " + header.type());
    }
    return header;
  }

  FrameHeader header() throws IOException {
    need(Protocol.HEADER_BYTES);
    return FrameHeader.decode(buffer);
  }

  /** Reads a payload, or a part of one, wholly. */
  ByteBuffer payload(int bytes) throws IOException {
    ByteBuffer whole = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    pieces(bytes, whole::put);
    return whole.flip();
  }

  /** Hands a payload on as it arrives; a piece is valid during the call only. */
  void pieces(int bytes, PieceSink sink) throws IOException {
    int left = bytes;
    while (left > 0) {
      need(1);
      int piece = Math.min(left, buffer.remaining());
      sink.accept(buffer.slice(buffer.position(), piece));
      buffer.position(buffer.position() + piece);
      left -= piece;
    }
  }

  /** Waits until so many bytes are in the buffer. */
  private void need(int bytes) throws IOException {
    if (buffer.remaining() >= bytes) {
      return;
    }
    buffer.compact();
    try {
      while (buffer.position() < bytes) {
        if (channel.read(buffer) < 0) {
          throw new EOFException("the guest's end of the serial port is closed");
        }
      }
    } finally {
      buffer.flip();
    }
  }
}
