package thaw.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reading streams in tests. */
final class Streams {
  private Streams() {}

  static byte[] readAll(AgentStream stream) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(50_000);
    while (stream.read(buffer) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    return all.toByteArray();
  }

  static String readText(AgentStream stream) throws IOException {
    return new String(readAll(stream), StandardCharsets.UTF_8);
  }

  static byte[] read(AgentStream stream, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (stream.read(buffer) < 0) {
        throw new IOException("the stream ended after " + buffer.position() + " bytes");
      }
    }
    return buffer.array();
  }
}
