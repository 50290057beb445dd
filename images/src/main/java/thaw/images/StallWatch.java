package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Ends reads that have been waiting for too long: the client's own time-outs end with the head. */
final class StallWatch implements AutoCloseable {
  private static final long LOOKS = 4;

  private final long timeoutNanos;
  private final Set<Watched> reading = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("image-stalls").daemon().factory());

  StallWatch(Duration timeout) {
    this.timeoutNanos = timeout.toNanos();
    long every = Math.max(1, timeoutNanos / LOOKS);
    ScheduledFuture<?> _ =
        clock.scheduleWithFixedDelay(this::look, every, every, TimeUnit.NANOSECONDS);
  }

  /** The same stream; a read of it that takes too long fails. */
  InputStream watched(InputStream in) {
    return new Watched(in);
  }

  private void look() {
    long now = System.nanoTime();
    for (Watched stream : Set.copyOf(reading)) {
      if (now - stream.since > timeoutNanos) {
        stream.stalled = true;
        reading.remove(stream);
        try {
          stream.close();
        } catch (IOException e) {
          // it is given up anyway
        }
      }
    }
  }

  private final class Watched extends BlockFilter {
    private volatile long since;
    private volatile boolean stalled;

    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      since = System.nanoTime();
      reading.add(this);
      try {
        int n = super.read(buffer, offset, count);
        if (stalled) {
          throw stall();
        }
        return n;
      } catch (IOException e) {
        throw stalled ? stall() : e;
      } finally {
        reading.remove(this);
      }
    }

    private IOException stall() {
      return new IOException("nothing came for " + Duration.ofNanos(timeoutNanos));
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
