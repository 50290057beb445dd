package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ClockTest {
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

  @Test
  void aClockThatWasSetSlowlyIsSetAgain() throws Exception {
    try (FakeGuest guest = FakeGuest.greeting()) {
      List<Long> set = new ArrayList<>();
      CompletableFuture<Void> done =
          CompletableFuture.runAsync(() -> {
            try {
              guest.connection().setClock();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      while (set.size() < 2) {
        ByteBuffer request = ByteBuffer.wrap(guest.read().payload()).order(ByteOrder.LITTLE_ENDIAN);
        int id = request.getInt();
        assertThat(request.getInt()).isEqualTo(Operation.SET_CLOCK.code());
        set.add(TimeUnit.SECONDS.toNanos(request.getLong()) + request.getInt());
        if (set.size() == 1) {
          LockSupport.parkNanos(SLOW_NANOS);
        }
        guest.send(Frame.reply(id, 0, ""));
      }
      assertThat(set.get(1) - set.get(0)).isGreaterThanOrEqualTo(SLOW_NANOS);
      guest.hangUp(); // should a busy host have asked once more
      done.exceptionally(hungUp -> null).get();
    }
  }
}
