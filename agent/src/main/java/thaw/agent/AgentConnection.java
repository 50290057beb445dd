package thaw.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ByteChannel;
import java.nio.channels.GatheringByteChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import thaw.agent.ControlCalls.Request;

/**
 * The host's side of the agent protocol (docs/agent-protocol.md): one per sandbox, over its
 * virtio-serial port. Methods block the calling (virtual) thread until the agent has answered; an
 * answer that the guest itself refuses is an {@link AgentCallException}, any other {@link
 * IOException} means that the connection is over. The guest is hostile: a frame that breaks the
 * protocol ends the connection and thereby the sandbox, and so does an agent that does not answer
 * for 30 seconds.
 *
 * <p>Do not interrupt a thread during a call or a write: Java would close the channel.
 *
 * <p>One thread reads and never writes, so that a guest that does not read cannot stop it.
 */
public final class AgentConnection implements AutoCloseable {
  private static final long CALL_TIMEOUT_MILLIS = 30_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * What the guest does on its own. Called on the connection's reader thread: must not block, and
   * so {@linkplain AgentStream#refuse() refuses} a stream that it does not want.
   */
  public interface Listener {
    /** A process in the guest connected to 127.0.0.1:9001. The listener closes the stream. */
    void connectionOpened(AgentStream stream);

    /**
     * A process in the guest connected to 127.0.0.1:9002, the data endpoint. The listener closes
     * the stream.
     */
    default void serviceOpened(AgentStream stream) {
      stream.refuse();
    }

    /**
     * The runtime's stdout or stderr; flow-controlled by reading it. The listener closes the
     * stream. The exit is reported only after both were read to their end.
     */
    void outputOpened(AgentStream output);

    /** The runtime's main process is gone (its cgroup was emptied after it). */
    void runtimeExited(ExitStatus status);

    /** The connection is over; nothing else is called after this. */
    void closed(String reason);
  }

  private static final long CLOCK_ERROR_NANOS = 40_000_000;
  private static final int CLOCK_ATTEMPTS = 5;

  private final ByteChannel channel;
  private final FrameWriter writer;
  private final Listener listener;
  private final StreamTable streams = new StreamTable();
  private final ControlCalls calls;

  /** One for each start, and one for a runtime that an earlier host may have started. */
  private final AtomicInteger exitsToCome = new AtomicInteger(1);

  private final CompletableFuture<AgentHello> hello = new CompletableFuture<>();
  private final AtomicReference<@Nullable String> endReason = new AtomicReference<>();

  private <C extends ByteChannel & GatheringByteChannel> AgentConnection(
      C channel, Listener listener, long callTimeoutMillis) {
    this.channel = channel;
    this.writer = new FrameWriter(channel);
    this.listener = listener;
    this.calls = new ControlCalls(this::send, this::end, callTimeoutMillis);
  }

  /**
   * Starts reading from {@code channel}, which the connection owns from now on, and asks the agent
   * for its greeting. The guest may boot later: what is sent waits in the channel.
   *
   * @param channel the virtio-serial port's host end, blocking
   */
  public static <C extends ByteChannel & GatheringByteChannel> AgentConnection open(
      C channel, Listener listener) {
    return open(channel, listener, CALL_TIMEOUT_MILLIS);
  }

  static <C extends ByteChannel & GatheringByteChannel> AgentConnection open(
      C channel, Listener listener, long callTimeoutMillis) {
    AgentConnection connection = new AgentConnection(channel, listener, callTimeoutMillis);
    byte[] nonce = new byte[Protocol.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    connection.sendConnect(nonce);
    Thread.ofVirtual().name("agent-reader").start(() -> connection.readAll(nonce));
    return connection;
  }

  /** Waits for the agent's greeting, sent once the guest is up. */
  public AgentHello awaitHello(Duration timeout) throws IOException {
    try {
      return hello.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no greeting from the agent within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException("the agent did not greet: " + endReason.get(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the agent's greeting");
    }
  }

  /**
   * Returns when the agent has answered: it is alive, every call before this was done, and what the
   * runtime had written to stdout and stderr by then has arrived (as far as those streams had
   * credit: 256 KiB beyond what was read).
   */
  public void ping() throws IOException {
    calls.call(Operation.PING);
  }

  /** What {@link #prepare} asked for. */
  public final class Preparation {
    private final long begin = System.nanoTime();
    private final ControlCalls.Exchange exchange;

    private Preparation(List<Request> requests) throws IOException {
      exchange = calls.begin(requests);
    }

    /** Waits until the guest is prepared; called once. */
    public void await() throws IOException {
      exchange.await();
      if (System.nanoTime() - begin > CLOCK_ERROR_NANOS) {
        setClock();
      }
    }
  }

  /**
   * Has a guest become one of a kind and mount disks, in one exchange: {@link #setClock}, {@link
   * #reseed}, {@link #setIdentity}, {@link #configureNetwork} if there is a network, {@link
   * #mountDisks}. It may be a guest that has not greeted yet, but will within the time that a call
   * may take: then it is greeting and exchange in one.
   */
  public Preparation prepare(
      byte[] seed, GuestIdentity identity, Optional<GuestNetwork> network, Set<GuestDisk> disks)
      throws IOException {
    List<Request> requests = new ArrayList<>();
    requests.add(new Request(Operation.SET_CLOCK, Arguments.clock(Instant.now())));
    requests.add(new Request(Operation.RESEED, Arguments.seed(seed)));
    requests.add(new Request(Operation.SET_IDENTITY, Arguments.identity(identity)));
    network.ifPresent(
        n -> requests.add(new Request(Operation.CONFIGURE_NETWORK, Arguments.network(n))));
    requests.add(new Request(Operation.MOUNT_DISKS, Arguments.disks(disks)));
    return new Preparation(requests);
  }

  /**
   * Sets the guest's wall clock to the host's. It may be behind by as long as the call took: on a
   * busy host it is made again then, a few times at most.
   */
  public void setClock() throws IOException {
    for (int attempt = 0; attempt < CLOCK_ATTEMPTS; attempt++) {
      long begin = System.nanoTime();
      calls.call(Operation.SET_CLOCK, Arguments.clock(Instant.now()));
      if (System.nanoTime() - begin <= CLOCK_ERROR_NANOS) {
        return;
      }
    }
  }

  /**
   * Mixes {@code seed} into the guest kernel's RNG and reseeds it.
   *
   * @param seed 1 to 4,096 bytes, credited as fully random
   */
  public void reseed(byte[] seed) throws IOException {
    calls.call(Operation.RESEED, Arguments.seed(seed));
  }

  /** Gives the guest its hostname, machine id, boot id and MAC. */
  public void setIdentity(GuestIdentity identity) throws IOException {
    calls.call(Operation.SET_IDENTITY, Arguments.identity(identity));
  }

  /** Configures the NIC: address, route, resolver. Without this call only loopback is up. */
  public void configureNetwork(GuestNetwork network) throws IOException {
    calls.call(Operation.CONFIGURE_NETWORK, Arguments.network(network));
  }

  /** Mounts the runtime, code, /opt and /tmp disks (the table is fixed, see the protocol). */
  public void mountDisks() throws IOException {
    mountDisks(EnumSet.allOf(GuestDisk.class));
  }

  /** Mounts some disks; those that are mounted already stay as they are. */
  public void mountDisks(Set<GuestDisk> disks) throws IOException {
    calls.call(Operation.MOUNT_DISKS, Arguments.disks(disks));
  }

  /**
   * Starts the runtime's main process; its stdout and stderr arrive as streams, before this
   * returns. Allowed again once it has exited.
   */
  public void startRuntime(RuntimeProcess process) throws IOException {
    ByteBuffer arguments = Arguments.process(process);
    exitsToCome.incrementAndGet(); // before it starts: it may be over before this thread goes on
    try {
      calls.call(Operation.START, arguments);
    } catch (AgentCallException e) {
      exitsToCome.decrementAndGet();
      throw e;
    }
  }

  /**
   * Freezes every customer process (cgroup freezer); returns when all are frozen and what they had
   * written has arrived.
   */
  public void freeze() throws IOException {
    calls.call(Operation.FREEZE);
  }

  /** Lets customer processes run again. */
  public void thaw() throws IOException {
    calls.call(Operation.THAW);
  }

  /**
   * Changes the limits of the runtime's cgroup: a runtime that was started for any function is
   * given its function's.
   */
  public void setLimits(long memoryMaxBytes, int processesMax) throws IOException {
    calls.call(Operation.SET_LIMITS, Arguments.limits(memoryMaxBytes, processesMax));
  }

  /** {@link #setLimits} and {@link #thaw}, in one exchange. */
  public void thaw(long memoryMaxBytes, int processesMax) throws IOException {
    calls.call(
        List.of(
            new Request(Operation.SET_LIMITS, Arguments.limits(memoryMaxBytes, processesMax)),
            new Request(Operation.THAW)));
  }

  /** Kills every customer process; {@link Listener#runtimeExited} follows. */
  public void killRuntime() throws IOException {
    calls.call(Operation.KILL);
  }

  /** Highest memory use of the customer's cgroup since its start, bytes. */
  public long peakMemoryBytes() throws IOException {
    ByteBuffer result = calls.call(Operation.PEAK_MEMORY);
    if (result.remaining() != Long.BYTES) {
      end("the guest broke the agent protocol: PEAK_MEMORY of " + result.remaining() + " bytes");
      throw new IOException("the agent answered PEAK_MEMORY with " + result.remaining() + " bytes");
    }
    return result.getLong();
  }

  /** Asks the guest to power off; the VM ends. */
  public void powerOff() throws IOException {
    calls.call(Operation.POWER_OFF);
  }

  /** Ends the connection; open streams fail, pending calls fail. */
  @Override
  public void close() {
    end("closed by the host");
  }

  private void sendConnect(byte[] nonce) {
    ByteBuffer payload =
        ByteBuffer.allocate(nonce.length + 2 * Short.BYTES + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(nonce)
            .putShort((short) Protocol.VERSION)
            .putShort((short) 0)
            .putInt(Protocol.HOST_WINDOW_BYTES)
            .flip();
    try {
      send(FrameType.CONNECT, 0, 0, payload);
    } catch (IOException e) {
      // The connection has ended with this; the reader thread tells the listener.
    }
  }

  private void send(FrameType type, int flags, int stream, ByteBuffer... payload)
      throws IOException {
    try {
      writer.write(type, flags, stream, payload);
    } catch (IOException e) {
      end(reasonOf(e));
      throw e;
    }
  }

  private void readAll(byte[] nonce) {
    try {
      new FrameDispatcher(
              new FrameReader(channel), this::send, streams, calls, listener, exitsToCome)
          .run(nonce, hello::complete);
    } catch (IOException | RuntimeException e) {
      end(reasonOf(e));
    }
    String reason = endReason.get();
    hello.completeExceptionally(new IOException(reason));
    calls.failAll(String.valueOf(reason));
    streams.failAll(String.valueOf(reason));
    listener.closed(String.valueOf(reason));
  }

  /** The first reason wins; closing the channel lets the reader thread do the rest. */
  private void end(String reason) {
    if (endReason.compareAndSet(null, reason)) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing is read from or written to it any more.
      }
    }
  }

  private static String reasonOf(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
