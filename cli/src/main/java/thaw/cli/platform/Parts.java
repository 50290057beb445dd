package thaw.cli.platform;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was started, to be ended the other way round. One that fails to end stops no other. */
final class Parts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Parts.class);

  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T part) {
    started.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      AutoCloseable part = started.pop();
      try {
        part.close();
      } catch (InterruptedException e) {
        log.warn("interrupted while {} ended", part.getClass().getSimpleName());
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        log.warn("{} did not end properly", part.getClass().getSimpleName(), e);
      }
    }
  }
}
