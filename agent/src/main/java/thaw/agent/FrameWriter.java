package thaw.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.GatheringByteChannel;
import java.util.concurrent.locks.ReentrantLock;

/** Writes frames, each with one gathering write. Any number of threads. */
final class FrameWriter {
  private final GatheringByteChannel channel;
  private final ReentrantLock lock = new ReentrantLock();
  private final ByteBuffer header =
      ByteBuffer.allocateDirect(Protocol.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  FrameWriter(GatheringByteChannel channel) {
    this.channel = channel;
  }

  /**
   * Writes one frame, waiting while the guest does not read. A failure leaves half a frame behind:
   * the caller ends the connection.
   *
   * @param payload all of it, at most {@link Protocol#MAX_PAYLOAD_BYTES}
   */
  void write(FrameType type, int flags, int stream, ByteBuffer... payload) throws IOException {
    ByteBuffer[] frame = new ByteBuffer[payload.length + 1];
    System.arraycopy(payload, 0, frame, 1, payload.length);
    int length = 0;
    for (ByteBuffer part : payload) {
      length += part.remaining();
    }
    lock.lock();
    try {
      header.clear();
      FrameHeader.encode(header, type, flags, stream, length);
      frame[0] = header.flip();
      long left = (long) Protocol.HEADER_BYTES + length;
      while (left > 0) {
        left -= channel.write(frame);
      }
    } finally {
      lock.unlock();
    }
  }
}
