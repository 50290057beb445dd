package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** However a stream of requests is cut into reads, the same requests come out. */
final class RequestReaderTest {
  private static final int MAX_BODY_BYTES = 60_000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @RepeatedTest(50)
  void pipelinedRequestsComeOutWhole() throws Exception {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    List<byte[]> bodies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] body = new byte[random.nextInt(4) == 0 ? random.nextInt(MAX_BODY_BYTES) : i];
      random.nextBytes(body);
      bodies.add(body);
      write(wire, i, body);
    }
    RequestReader reader = new RequestReader(new Trickle(wire.toByteArray(), random));
    for (int i = 0; i < bodies.size(); i++) {
      RequestHead head = reader.readHead().orElseThrow();
      assertThat(head.match()).as("seed " + seed).isEqualTo(new Route.Match(Route.ERROR, "id" + i));
      assertThat(head.errorType()).isEqualTo("Type" + i);
      BodyReader body = new BodyReader(reader, head);
      if (random.nextInt(5) == 0) {
        assertThat(body.discard(MAX_BODY_BYTES)).as("seed " + seed).isTrue();
      } else {
        assertThat(body.readAll(MAX_BODY_BYTES)).as("seed " + seed).isEqualTo(bodies.get(i));
      }
    }
    assertThat(reader.readHead()).as("seed " + seed).isEmpty();
  }

  private void write(ByteArrayOutputStream wire, int i, byte[] body) {
    String head =
        "\r\n".repeat(random.nextInt(2))
            + "POST /2018-06-01/runtime/invocation/id"
            + i
            + "/error HTTP/1.1\r\nX: "
            + "x".repeat(random.nextInt(20_000))
            + "\r\nLAMBDA-Runtime-Function-Error-Type:Type"
            + i
            + "\r\n";
    boolean chunked = random.nextBoolean();
    text(wire, head + (chunked ? "Transfer-Encoding: Chunked" : "Content-Length: " + body.length));
    text(wire, "\r\n\r\n");
    int at = 0;
    while (chunked && at < body.length) {
      int size = Math.min(body.length - at, 1 + random.nextInt(10_000));
      text(wire, Integer.toHexString(size) + (random.nextBoolean() ? "\r\n" : " ;ext=1\r\n"));
      wire.write(body, at, size);
      text(wire, "\r\n");
      at += size;
    }
    if (chunked) {
      text(wire, random.nextBoolean() ? "0\r\n\r\n" : "000\r\nTrailer: x\r\n\r\n");
    } else {
      wire.writeBytes(body);
    }
  }

  private static void text(ByteArrayOutputStream wire, String text) {
    wire.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Gives its bytes away in reads of random sizes. */
  private static final class Trickle implements GuestConnection {
    private final ByteBuffer bytes;
    private final Random random;

    Trickle(byte[] bytes, Random random) {
      this.bytes = ByteBuffer.wrap(bytes);
      this.random = random;
    }

    @Override
    public int read(ByteBuffer into) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int most = Math.min(into.remaining(), bytes.remaining());
      int count = Math.min(most, 1 + random.nextInt(random.nextBoolean() ? 3 : 20_000));
      into.put(bytes.slice().limit(count));
      bytes.position(bytes.position() + count);
      return count;
    }

    @Override
    public void write(ByteBuffer... buffers) {
      throw new AssertionError("nothing is written");
    }

    @Override
    public void close() {}
  }
}
