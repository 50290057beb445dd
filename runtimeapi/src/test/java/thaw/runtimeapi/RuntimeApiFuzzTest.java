package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import thaw.model.Fuzz;

/**
 * Runtimes that send damaged requests: each is answered as the Runtime API answers, or its
 * connection is ended; whoever waits for the runtime is told what became of it.
 */
@Tag("fuzz")
final class RuntimeApiFuzzTest {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
  private static final String PREFIX = "/2018-06-01/runtime/";

  /** A connection whose guest has said all that it will say. */
  private static final class Said implements GuestConnection {
    private final ByteBuffer said;
    private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final int pieceBytes;

    Said(byte[] said, int pieceBytes) {
      this.said = ByteBuffer.wrap(said);
      this.pieceBytes = pieceBytes;
    }

    @Override
    public int read(ByteBuffer into) {
      if (!said.hasRemaining()) {
        return -1;
      }
      int bytes = Math.min(pieceBytes, Math.min(into.remaining(), said.remaining()));
      into.put(said.slice().limit(bytes));
      said.position(said.position() + bytes);
      return bytes;
    }

    @Override
    public synchronized void write(ByteBuffer... buffers) {
      for (ByteBuffer buffer : buffers) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        answers.writeBytes(bytes);
      }
    }

    @Override
    public void close() {
      closed.countDown();
    }

    synchronized String answers() {
      return answers.toString(StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void everyRequestIsAnsweredOrItsConnectionIsEnded() throws Exception {
    Fuzz.run(20_000, RuntimeApiFuzzTest::damagedRequests);
  }

  private static void damagedRequests(Random random) throws Exception {
    ByteArrayOutputStream requests = new ByteArrayOutputStream();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String request = request(random);
      requests.writeBytes(
          random.nextInt(3) == 0
              ? request.getBytes(StandardCharsets.ISO_8859_1)
              : Fuzz.mutated(random, request));
    }
    Said guest = new Said(requests.toByteArray(), 1 + random.nextInt(2_000));
    RuntimeApi api = new RuntimeApi();
    CompletableFuture<RuntimeOutcome> outcome = Invocations.start(api, "id", "{}");
    api.serve(guest);
    if (!guest.closed.await(5, TimeUnit.MILLISECONDS)) {
      api.close(); // it may wait for its next invocation, or for its restore
    }
    assertThat(guest.closed.await(20, TimeUnit.SECONDS)).as("the connection ends").isTrue();
    Matcher status = STATUS.matcher(guest.answers());
    while (status.find()) {
      assertThat(Integer.parseInt(status.group(1))).isIn(100, 200, 202, 400, 403, 404, 405, 413);
    }
    api.close();
    assertThat(outcome.get(20, TimeUnit.SECONDS)).isNotNull();
  }

  private static String request(Random random) {
    String method = Fuzz.oneOf(random, "GET", "POST", "POST", "POST", "PUT", "X");
    String path =
        Fuzz.oneOf(
            random,
            PREFIX + "invocation/next",
            PREFIX + "invocation/id/response",
            PREFIX + "invocation/id/error",
            PREFIX + "init/error",
            PREFIX + "restore/next",
            PREFIX + "restore/error",
            PREFIX + Fuzz.text(random, 40),
            Fuzz.text(random, 200));
    if (path.equals(PREFIX + "invocation/next")) {
      return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }
    String body = Fuzz.text(random, random.nextInt(20) == 0 ? 70_000 : 60);
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n"
            + "Lambda-Runtime-Function-Error-Type: "
            + Fuzz.text(random, 20)
            + "\r\n"
            + Fuzz.oneOf(
                random, "", "", "Connection: close\r\n", "Expect: 100-continue\r\n", "A: b\r\n");
    return switch (random.nextInt(4)) {
      case 0 -> head + "\r\n";
      case 1 ->
          head
              + "Transfer-Encoding: chunked\r\n\r\n"
              + Integer.toHexString(body.length())
              + "\r\n"
              + body
              + "\r\n0\r\n"
              + Fuzz.oneOf(random, "", "Lambda-Runtime-Function-Error-Type: x\r\n")
              + "\r\n";
      default -> head + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    };
  }
}
