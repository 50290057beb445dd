package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LayerWorkTest {
  private final LayerWork work = new LayerWork(2, Duration.ofHours(1));
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger made = new AtomicInteger();

  @AfterEach
  void close() {
    gate.countDown();
    work.close();
  }

  private void make() throws InterruptedException {
    gate.await();
    made.incrementAndGet();
  }

  @Test
  void twoWhoWantTheSameLayerAtOnceGetOne() throws Exception {
    CompletableFuture<Void> first = makeNow();
    await().until(() -> work.pending() == 1);
    CompletableFuture<Void> second = makeNow();
    work.request("layer", this::make);
    gate.countDown();
    first.get(10, TimeUnit.SECONDS);
    second.get(10, TimeUnit.SECONDS);
    await().until(() -> work.pending() == 0);
    assertThat(made).hasValue(1);
  }

  private CompletableFuture<Void> makeNow() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            work.makeNow("layer", this::make);
            done.complete(null);
          } catch (InterruptedException | ExecutionException e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  @Test
  void whatFailedIsNotTriedAgainInTheBackgroundForAWhileButAtOnceWhenItIsNeeded() {
    assertThatThrownBy(() ->
            work.makeNow(
                "layer",
                () -> {
                  throw new IOException("disk full");
                }))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("disk full");
    work.request("layer", made::incrementAndGet);
    assertThat(work.pending()).isZero();
    assertThat(made).hasValue(0);
  }

  @Test
  void oneThatFailsInTheBackgroundKeepsNoOther() {
    work.request(
        "broken",
        () -> {
          throw new IOException("broken");
        });
    work.request("sound", made::incrementAndGet);
    await().until(() -> made.get() == 1);
  }

  @Test
  void tooManyThatWaitAreLeftForALaterRequest() throws Exception {
    work.request("running", this::make);
    for (int i = 0; i < 10; i++) {
      work.request("waiting " + i, this::make);
    }
    assertThat(work.pending()).isBetween(2, 4); // one runs or is about to, two wait
    gate.countDown();
    await().until(() -> work.pending() == 0);
    work.request("waiting 9", this::make);
    await().until(() -> work.pending() == 0);
    assertThat(made.get()).isBetween(3, 5);
  }
}
