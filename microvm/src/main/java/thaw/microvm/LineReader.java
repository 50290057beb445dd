package thaw.microvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Optional;

/** Reads lines of bounded length from a channel. */
final class LineReader {
  private final ReadableByteChannel channel;
  private final int lineBytesMax;
  private final ByteBuffer read = ByteBuffer.allocate(4 << 10).flip();
  private byte[] line = new byte[1 << 10];

  LineReader(ReadableByteChannel channel, int lineBytesMax) {
    this.channel = channel;
    this.lineBytesMax = lineBytesMax;
  }

  /**
   * The next line without its end.
   *
   * @return empty at the end of the channel
   * @throws IOException if the line is longer than allowed
   */
  Optional<byte[]> next() throws IOException {
    int length = 0;
    while (true) {
      if (!read.hasRemaining()) {
        read.clear();
        int n = channel.read(read);
        read.flip();
        if (n < 0) {
          return Optional.empty();
        }
        continue;
      }
      byte b = read.get();
      if (b == '\n') {
        return Optional.of(Arrays.copyOf(line, length));
      }
      if (length == lineBytesMax) {
        throw new IOException("a line of more than " + lineBytesMax + " bytes");
      }
      if (length == line.length) {
        line = Arrays.copyOf(line, Math.min(2 * length, lineBytesMax));
      }
      line[length++] = b;
    }
  }
}
