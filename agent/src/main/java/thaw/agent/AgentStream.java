package thaw.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One multiplexed byte stream to or from the guest, flow-controlled both ways by credit. Reads and
 * writes block; one reader thread and one writer thread at a time. Whoever is given a stream must
 * {@linkplain #close() close} it, also after its end: until then it occupies one of 64 slots.
 *
 * <p>Do not interrupt a thread in here: a channel whose write is interrupted is closed by Java, and
 * half a frame could not be mended anyway.
 */
public final class AgentStream implements AutoCloseable {
  /** What the stream carries. */
  public enum Kind {
    /** A TCP connection from a process in the guest to the Runtime API; both ways. */
    CONNECTION,
    /** What the runtime writes to its standard output; to the host only. */
    STDOUT,
    /** What the runtime writes to its standard error; to the host only. */
    STDERR,
    /** A TCP connection from a process in the guest to the data endpoint; both ways. */
    SERVICE;

    boolean bothWays() {
      return this == CONNECTION || this == SERVICE;
    }
  }

  private final int id;
  private final Kind kind;
  private final boolean carried;
  private final StreamInput input;
  private final StreamOutput output;
  private final StreamTable table;

  private final Object closing = new Object();
  private boolean closedHere;
  private boolean closedByGuest;

  AgentStream(
      int id, Kind kind, boolean carried, int guestWindowBytes, FrameSink sink, StreamTable table) {
    this.id = id;
    this.kind = kind;
    this.carried = carried;
    this.table = table;
    this.output = new StreamOutput(id, kind.bothWays() ? guestWindowBytes : 0, sink);
    this.input = new StreamInput(output);
  }

  public Kind kind() {
    return kind;
  }

  /**
   * Whether the guest's end is older than this connection to the agent: bytes may have passed over
   * it before a snapshot.
   */
  public boolean carried() {
    return carried;
  }

  /**
   * How many bytes have arrived from the guest so far, read or not. After {@link
   * AgentConnection#ping} this counts all that the runtime had written to this output before (as
   * far as there was credit): who has read as many has read that.
   */
  public long receivedBytes() {
    return input.receivedTotal();
  }

  /**
   * Reads what is there, at least one byte.
   *
   * @return the number of bytes read (0 only if {@code into} is full), or -1 at the end of the
   *     stream
   * @throws IOException if the guest broke the stream off or the connection ended
   */
  public int read(ByteBuffer into) throws IOException {
    return input.read(into);
  }

  /**
   * Writes all of the buffers, as few frames as the protocol allows, waiting for credit.
   *
   * @throws IOException if the guest closed the stream or the connection ended
   */
  public void write(ByteBuffer... buffers) throws IOException {
    output.write(buffers);
  }

  /** Sends the end of the stream; reading goes on. */
  public void shutdownOutput() throws IOException {
    output.shutdown();
  }

  /**
   * Ends the stream both ways; unread bytes are dropped. What was written before still reaches the
   * guest's process. No effect if it is closed.
   */
  @Override
  public void close() {
    close(0);
  }

  /** Ends the stream at once: a process in the guest finds its TCP connection reset. */
  public void abort() {
    close(Protocol.FLAG_ABORT);
  }

  /**
   * Ends the stream at once and does not wait for it: for a {@link AgentConnection.Listener}, which
   * must not write. A guest that sends until nobody reads, and reads nothing, would else stop the
   * thread that reads. There are at most as many such threads as streams.
   */
  public void refuse() {
    Thread.ofVirtual().name("agent-refusal").start(this::abort);
  }

  private void close(int flags) {
    synchronized (closing) {
      if (closedHere) {
        return;
      }
      closedHere = true;
      if (closedByGuest) {
        // Before CLOSE is sent: the agent may use the slot again as soon as it has it.
        table.remove(this);
      }
    }
    input.end("the stream was closed by the host");
    output.close(flags);
  }

  int id() {
    return id;
  }

  void received(ByteBuffer data) throws ProtocolViolation {
    input.received(data);
  }

  void receivedWindow(int bytes) throws ProtocolViolation {
    output.addCredit(bytes);
  }

  void receivedEof() throws ProtocolViolation {
    input.receivedEof();
  }

  void receivedClose(boolean abort) throws ProtocolViolation {
    synchronized (closing) {
      if (closedByGuest) {
        throw new ProtocolViolation("a second CLOSE of stream " + id);
      }
      closedByGuest = true;
      if (closedHere) {
        table.remove(this);
      }
    }
    input.receivedClose(abort);
    output.fail("the guest closed the stream");
  }

  /** The connection is over. */
  void fail(@Nullable String reason) {
    String text = "the connection to the agent is over: " + reason;
    input.fail(text);
    output.fail(text);
  }
}
