package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class LateExecutorTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Queue<String> done = new ConcurrentLinkedQueue<>();

  @Test
  void aThingIsDoneByAnotherThreadLater() throws InterruptedException {
    CountDownLatch isDone = new CountDownLatch(1);
    try (LateExecutor late = new LateExecutor("late", Duration.ofMillis(1), 1)) {
      late.execute(() -> {
        done.add(Thread.currentThread().getName());
        isDone.countDown();
      });
      isDone.await();
    }
    assertThat(done).containsExactly("late");
  }

  @Test
  void whatThereIsNoRoomForIsDoneAtOnce() {
    LateExecutor late = new LateExecutor("late", LONG, 1);
    late.execute(() -> done.add("waits"));
    late.execute(() -> done.add(Thread.currentThread().getName()));
    assertThat(done).containsExactly(Thread.currentThread().getName());
  }

  @Test
  void roomIsThereAgainWhenAThingIsDoneEvenBadly() throws InterruptedException {
    LateExecutor late = new LateExecutor("late", Duration.ofMillis(1), 1);
    String here = Thread.currentThread().getName();
    late.execute(() -> {
      throw new IllegalStateException("expected");
    });
    CountDownLatch doneLater = new CountDownLatch(1);
    while (doneLater.getCount() > 0) { // until there is room, it is done here
      late.execute(() -> {
        if (!Thread.currentThread().getName().equals(here)) {
          doneLater.countDown();
        }
      });
      Thread.onSpinWait();
    }
    late.close();
  }

  @Test
  void whatWaitsIsDoneAtTheEndAndWhatComesThenAtOnce() {
    LateExecutor late = new LateExecutor("late", Duration.ofMillis(200), 2);
    late.execute(() -> done.add("first"));
    late.execute(() -> done.add("second"));
    late.close();
    late.execute(() -> done.add("third"));
    assertThat(done).containsExactly("first", "second", "third");
  }
}
