package thaw.microvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import thaw.jail.Awaiting;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * QEMU's machine protocol: one command at a time, answers bounded in length and time. QEMU may have
 * been taken over by its guest, so nothing it says is trusted further than that.
 *
 * @see <a href="https://www.qemu.org/docs/master/interop/qmp-spec.html">QMP specification</a>
 */
final class QmpClient implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int LINE_BYTES_MAX = 256 << 10;

  private final ByteChannel channel;
  private final Duration timeout;
  private final Consumer<QmpEvent> events;
  private final Consumer<String> ended;
  private final ReentrantLock turn = new ReentrantLock();
  private final CompletableFuture<JsonNode> greeting = new CompletableFuture<>();
  private volatile @Nullable Pending pending;
  private volatile boolean over;
  private long lastId;

  private record Pending(long id, CompletableFuture<JsonNode> answer) {}

  private QmpClient(
      ByteChannel channel, Duration timeout, Consumer<QmpEvent> events, Consumer<String> ended) {
    this.channel = channel;
    this.timeout = timeout;
    this.events = events;
    this.ended = ended;
  }

  /**
   * Takes over a fresh connection and negotiates.
   *
   * @param timeout of each command
   * @param events told of every event, on the reader's thread
   * @param ended told once why the connection is over
   */
  static QmpClient open(
      ByteChannel channel, Duration timeout, Consumer<QmpEvent> events, Consumer<String> ended)
      throws IOException {
    QmpClient client = new QmpClient(channel, timeout, events, ended);
    Thread.ofVirtual().name("qmp").start(client::read);
    try {
      client.await("the connection", client.greeting);
      client.execute("qmp_capabilities", Map.of());
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  /**
   * Executes a command.
   *
   * @return what the command returns
   * @throws IOException if QEMU refuses it, does not answer in time, or is gone
   */
  JsonNode execute(String command, Map<String, ?> arguments) throws IOException {
    turn.lock();
    try {
      Pending mine = new Pending(++lastId, new CompletableFuture<>());
      pending = mine;
      if (over) {
        throw new IOException(command + ": the connection to QEMU is closed");
      }
      byte[] line =
          JSON.writeValueAsBytes(
              arguments.isEmpty()
                  ? Map.of("execute", command, "id", mine.id)
                  : Map.of("execute", command, "id", mine.id, "arguments", arguments));
      ByteBuffer buffer = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      JsonNode answer = await(command, mine.answer);
      if (!answer.has("return")) {
        String why = answer.path("error").path("desc").asString("no reason given");
        throw new IOException("QEMU refused " + command + ": " + why);
      }
      return answer.path("return");
    } finally {
      pending = null;
      turn.unlock();
    }
  }

  private JsonNode await(String what, CompletableFuture<JsonNode> message) throws IOException {
    try {
      return Awaiting.result(message, timeout, "QEMU's answer to " + what);
    } catch (IOException e) {
      // Whatever it still answers must not be taken for the answer to something else.
      close();
      throw e;
    }
  }

  private void read() {
    String reason = "the connection to QEMU ended";
    try {
      LineReader lines = new LineReader(channel, LINE_BYTES_MAX);
      for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
        take(JSON.readTree(line.get()));
      }
    } catch (IOException | JacksonException e) {
      reason = "the connection to QEMU broke: " + e.getMessage();
    }
    over = true;
    greeting.completeExceptionally(new IOException(reason));
    Pending waiting = pending;
    if (waiting != null) {
      waiting.answer.completeExceptionally(new IOException(reason));
    }
    close();
    ended.accept(reason);
  }

  private void take(JsonNode message) throws IOException {
    Pending waiting = pending;
    if (message.has("QMP")) {
      greeting.complete(message);
    } else if (message.has("event")) {
      events.accept(new QmpEvent(message.path("event").asString(""), message.path("data")));
    } else if (waiting == null || message.path("id").asLong(-1) != waiting.id) {
      throw new IOException("an answer to nothing that was asked");
    } else {
      waiting.answer.complete(message);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no more use in any case.
    }
  }
}
