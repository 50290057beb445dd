package thaw.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import thaw.agent.AgentConnection;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;

/** Keeps what the guest's programs write and how they end. */
public final class RecordingListener implements AgentConnection.Listener {
  private static final int OUTPUT_BYTES_MAX = 1 << 20;

  private final BlockingQueue<ExitStatus> exits = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final Queue<Thread> readers = new ConcurrentLinkedQueue<>();
  private ByteArrayOutputStream output = new ByteArrayOutputStream();

  @Override
  public void connectionOpened(AgentStream stream) {
    stream.close();
  }

  @Override
  public void outputOpened(AgentStream stream) {
    readers.add(Thread.ofVirtual().start(() -> read(stream)));
  }

  private void read(AgentStream stream) {
    byte[] bytes = new byte[8 << 10];
    try (stream) {
      for (int n = 0; n >= 0; n = stream.read(ByteBuffer.wrap(bytes))) {
        keep(bytes, n);
      }
    } catch (IOException e) {
      // The sandbox ended; what came before is kept.
    }
  }

  private synchronized void keep(byte[] bytes, int length) {
    if (output.size() < OUTPUT_BYTES_MAX) {
      output.write(bytes, 0, length);
    }
  }

  /** All that programs wrote to stdout and stderr since this was last asked. */
  public synchronized String takeOutput() {
    String text = output.toString(StandardCharsets.UTF_8);
    output = new ByteArrayOutputStream();
    return text;
  }

  @Override
  public void runtimeExited(ExitStatus status) {
    exits.add(status);
  }

  /** The next exit that was not taken yet; by then all output before it is there. */
  public ExitStatus awaitExit(long timeoutSeconds) throws InterruptedException {
    ExitStatus status = exits.poll(timeoutSeconds, TimeUnit.SECONDS);
    if (status == null) {
      throw new AssertionError("no exit within " + timeoutSeconds + " s; output: " + takeOutput());
    }
    for (Thread reader = readers.poll(); reader != null; reader = readers.poll()) {
      reader.join();
    }
    return status;
  }

  @Override
  public void closed(String reason) {
    closed.complete(reason);
  }

  /** Completes with the reason when the connection to the agent ended. */
  public CompletableFuture<String> closed() {
    return closed;
  }
}
