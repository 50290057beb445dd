package thaw.jail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries frames between QEMU and passt, each preceded by its length in four bytes, and drops on
 * the way out what the {@link FrameFilter} does not allow. Bounded by a buffer each way: who is not
 * read from waits.
 */
public final class NetworkRelay implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NetworkRelay.class);
  private static final int LENGTH_BYTES = 4;

  /** QEMU's own bound of a frame (NET_BUFSIZE). */
  private static final int FRAME_BYTES_MAX = (64 << 10) + (4 << 10);

  private static final int BUFFER_BYTES = 4 * FRAME_BYTES_MAX;

  private final String id;
  private final ByteChannel guest;
  private final ByteChannel world;
  private final FrameFilter filter;

  private NetworkRelay(String id, ByteChannel guest, ByteChannel world, FrameFilter filter) {
    this.id = id;
    this.guest = guest;
    this.world = world;
    this.filter = filter;
  }

  /** Starts relaying; the channels belong to the relay from now on. */
  public static NetworkRelay start(
      String id, ByteChannel guest, ByteChannel world, FrameFilter filter) {
    NetworkRelay relay = new NetworkRelay(id, guest, world, filter);
    Thread.ofVirtual().name(id + " out").start(() -> relay.run(relay::outward));
    Thread.ofVirtual().name(id + " in").start(() -> relay.run(relay::inward));
    return relay;
  }

  private interface Direction {
    void carry() throws IOException;
  }

  private void run(Direction direction) {
    try {
      direction.carry();
    } catch (IOException e) {
      log.debug("{}: the network link ended", id, e);
    } finally {
      close();
    }
  }

  private void inward() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    while (world.read(buffer.clear()) >= 0) {
      writeFully(guest, buffer.flip());
    }
  }

  private void outward() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    while (guest.read(buffer) >= 0) {
      buffer.flip();
      forward(buffer);
      buffer.compact();
    }
  }

  /** Writes out the allowed frames that are whole, neighbours together. */
  private void forward(ByteBuffer buffer) throws IOException {
    int from = buffer.position();
    int at = from;
    while (buffer.limit() - at >= LENGTH_BYTES) {
      int length = buffer.getInt(at);
      if (length < 0 || length > FRAME_BYTES_MAX) {
        throw new IOException("a frame of " + Integer.toUnsignedString(length) + " bytes");
      }
      int next = at + LENGTH_BYTES + length;
      if (next > buffer.limit()) {
        break;
      }
      if (!filter.allows(buffer, at + LENGTH_BYTES, length)) {
        writeFully(world, buffer.slice(from, at - from));
        from = next;
      }
      at = next;
    }
    writeFully(world, buffer.slice(from, at - from));
    buffer.position(at);
  }

  private static void writeFully(ByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() {
    for (ByteChannel channel : new ByteChannel[] {guest, world}) {
      try {
        channel.close();
      } catch (IOException e) {
        log.debug("{}: closing the network link", id, e);
      }
    }
  }
}
