package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QmpClientTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final FakeQemu qemu;
  private final BlockingQueue<QmpEvent> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();

  QmpClientTest() throws IOException {
    qemu = FakeQemu.create();
  }

  @AfterEach
  void close() throws IOException {
    qemu.close();
  }

  @Test
  void aCommandReturnsWhatQemuAnswers() throws Exception {
    QmpClient client = connected(TIMEOUT);
    var status = async(() -> client.execute("query-status", Map.of()));

    assertThat(qemu.hear()).contains("\"query-status\"", "\"id\":2");
    qemu.say("{\"return\": {\"running\": true}, \"id\": 2}");

    assertThat(get(status).path("running").asBoolean()).isTrue();
  }

  @Test
  void aRefusedCommandLeavesTheConnectionUsable() throws Exception {
    QmpClient client = connected(TIMEOUT);
    var refused = async(() -> client.execute("stop", Map.of()));
    qemu.hear();
    qemu.say("{\"error\": {\"class\": \"GenericError\", \"desc\": \"not now\"}, \"id\": 2}");
    assertThatThrownBy(() -> get(refused)).hasRootCauseMessage("QEMU refused stop: not now");

    var accepted = async(() -> client.execute("stop", Map.of()));
    qemu.hear();
    qemu.say("{\"return\": {}, \"id\": 3}");
    get(accepted);
  }

  @Test
  void eventsArriveBetweenAnswers() throws Exception {
    QmpClient client = connected(TIMEOUT);
    var stopped = async(() -> client.execute("stop", Map.of()));
    qemu.hear();
    qemu.say("{\"event\": \"STOP\", \"timestamp\": {}}");
    qemu.say("{\"return\": {}, \"id\": 2}");
    qemu.say("{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"guest-shutdown\"}}");
    get(stopped);

    assertThat(nextEvent().name()).isEqualTo("STOP");
    assertThat(nextEvent().death()).contains("the guest powered off");
  }

  @Test
  void aCommandThatIsNotAnsweredInTimeEndsTheConnection() throws Exception {
    QmpClient client = connected(SHORT);

    assertThatThrownBy(() -> client.execute("stop", Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stop")
        .hasMessageContaining("200 ms");
    ended.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    assertThatThrownBy(() -> client.execute("cont", Map.of())).isInstanceOf(IOException.class);
  }

  @Test
  void aQemuThatGoesAwayFailsTheCommandUnderWay() throws Exception {
    QmpClient client = connected(TIMEOUT);
    var stopped = async(() -> client.execute("stop", Map.of()));
    qemu.hear();
    qemu.qemu().close();

    assertThatThrownBy(() -> get(stopped)).hasRootCauseInstanceOf(IOException.class);
  }

  @Test
  void garbageEndsTheConnection() throws Exception {
    connected(TIMEOUT);
    qemu.say("{\"return\": ");

    assertThat(ended.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).contains("broke");
  }

  @Test
  void anAnswerToNothingEndsTheConnection() throws Exception {
    connected(TIMEOUT);
    qemu.say("{\"return\": {}, \"id\": 99}");

    assertThat(ended.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).contains("nothing that was asked");
  }

  @Test
  void anEndlessLineEndsTheConnection() throws Exception {
    connected(TIMEOUT);
    // The client hangs up while this is being written.
    var writer = async(() -> write("x".repeat(1 << 20)));

    assertThat(ended.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).contains("more than 262144 bytes");
    writer.handle((done, e) -> e).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void aQemuThatDoesNotGreetIsGivenUp() {
    assertThatThrownBy(() -> QmpClient.open(qemu.client(), SHORT, events::add, ended::complete))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("200 ms");
  }

  private QmpClient connected(Duration timeout) throws Exception {
    var client = async(() -> QmpClient.open(qemu.client(), timeout, events::add, ended::complete));
    qemu.say(FakeQemu.GREETING);
    assertThat(qemu.hear()).contains("qmp_capabilities");
    qemu.say("{\"return\": {}, \"id\": 1}");
    return get(client);
  }

  private boolean write(String line) throws IOException {
    qemu.say(line);
    return true;
  }

  private QmpEvent nextEvent() throws InterruptedException {
    QmpEvent event = events.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  private static <T> CompletableFuture<T> async(Callable<T> work) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            future.complete(work.call());
          } catch (Exception e) {
            future.completeExceptionally(e);
          }
        });
    return future;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
  }
}
