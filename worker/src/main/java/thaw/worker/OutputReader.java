package thaw.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.agent.AgentStream;
import thaw.logs.LogEvent;

/**
 * Reads a runtime's stdout or stderr all the time, so that its pipe never fills, and logs its
 * lines.
 */
final class OutputReader {
  private static final Logger LOG = LoggerFactory.getLogger(OutputReader.class);
  private static final int BUFFER_BYTES = 16 * 1024;

  private final AgentStream stream;
  private final LineSplitter splitter;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progress = lock.newCondition();
  private long loggedBytes;
  private boolean ended;

  OutputReader(AgentStream stream, Consumer<String> log) {
    this.stream = stream;
    this.splitter = new LineSplitter(LogEvent.MESSAGE_BYTES, log);
  }

  void start() {
    Thread.ofVirtual().name("sandbox-output").start(this::run);
  }

  /**
   * Returns when everything that has arrived is logged, a begun line too, or time is up. After the
   * agent has answered a call, that is everything that the runtime wrote before.
   */
  void catchUp(long timeoutMillis) throws InterruptedException {
    long arrived = stream.receivedBytes();
    long leftNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    lock.lock();
    try {
      while (loggedBytes < arrived && !ended && leftNanos > 0) {
        leftNanos = progress.awaitNanos(leftNanos);
      }
      splitter.flushBegun();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try (stream) {
      while (stream.read(buffer) >= 0) {
        log(buffer.flip());
        buffer.clear();
      }
    } catch (IOException e) {
      LOG.debug("a sandbox's output ended: {}", e.getMessage());
    } finally {
      end();
    }
  }

  private void log(ByteBuffer bytes) {
    lock.lock();
    try {
      loggedBytes += bytes.remaining();
      splitter.accept(bytes);
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      splitter.flushBegun();
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
