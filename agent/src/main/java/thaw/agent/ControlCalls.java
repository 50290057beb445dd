package thaw.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Requests to the agent and their replies. */
final class ControlCalls {
  private static final int HEADER_BYTES = 8;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private record Reply(int errno, ByteBuffer result) {}

  /** What the agent is asked. */
  record Request(Operation operation, ByteBuffer arguments) {
    Request(Operation operation) {
      this(operation, NOTHING);
    }
  }

  private final FrameSink sink;
  private final Consumer<String> endConnection;
  private final long timeoutMillis;
  private final Map<Integer, CompletableFuture<Reply>> pending = new ConcurrentHashMap<>();
  private final Semaphore unanswered = new Semaphore(Protocol.MAX_UNANSWERED_REQUESTS);
  private final AtomicInteger nextId = new AtomicInteger();
  private volatile @Nullable String failure;

  /**
   * @param endConnection told why, if the agent does not answer
   * @param timeoutMillis how long a call may take before the agent counts as dead
   */
  ControlCalls(FrameSink sink, Consumer<String> endConnection, long timeoutMillis) {
    this.sink = sink;
    this.endConnection = endConnection;
    this.timeoutMillis = timeoutMillis;
  }

  ByteBuffer call(Operation operation) throws IOException {
    return call(operation, NOTHING);
  }

  /** Sends a request and waits for the reply's result (little-endian). */
  ByteBuffer call(Operation operation, ByteBuffer arguments) throws IOException {
    return call(List.of(new Request(operation, arguments))).getFirst();
  }

  /**
   * Sends requests, which the agent carries out in this order, and waits for all replies: one
   * exchange. One that fails does not keep the agent from those after it.
   *
   * @return their results (little-endian)
   * @throws AgentCallException for the first that failed
   */
  List<ByteBuffer> call(List<Request> requests) throws IOException {
    return begin(requests).await();
  }

  /** Sends requests, as {@link #call(List)}, and does not wait; the caller does. */
  Exchange begin(List<Request> requests) throws IOException {
    for (Request request : requests) {
      requireFitting(request);
    }
    String what = requests.getFirst().operation().toString();
    int count = requests.size();
    try {
      if (!unanswered.tryAcquire(count, timeoutMillis, TimeUnit.MILLISECONDS)) {
        throw new IOException(
            what + " was not sent: " + Protocol.MAX_UNANSWERED_REQUESTS + " calls wait");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted before " + what);
    }
    try {
      List<CompletableFuture<Reply>> calls = new ArrayList<>();
      for (Request request : requests) {
        calls.add(send(request));
      }
      return new Exchange(requests, calls);
    } catch (IOException | RuntimeException e) {
      unanswered.release(count);
      throw e;
    }
  }

  /** Requests that were sent; {@link #await} is called once. */
  final class Exchange {
    private final List<Request> requests;
    private final List<CompletableFuture<Reply>> calls;

    private Exchange(List<Request> requests, List<CompletableFuture<Reply>> calls) {
      this.requests = requests;
      this.calls = calls;
    }

    /** Waits for all replies, as {@link ControlCalls#call(List)} does. */
    List<ByteBuffer> await() throws IOException {
      try {
        List<ByteBuffer> results = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
          results.add(ControlCalls.this.await(requests.get(i).operation(), calls.get(i)));
        }
        return results;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted during " + requests.getFirst().operation());
      } finally {
        unanswered.release(calls.size());
      }
    }
  }

  private static void requireFitting(Request request) throws IOException {
    int bytes = request.arguments().remaining();
    if (bytes > Protocol.MAX_PAYLOAD_BYTES - HEADER_BYTES) {
      throw new IOException(
          "%s with %d bytes of arguments; at most %d fit into a frame"
              .formatted(request.operation(), bytes, Protocol.MAX_PAYLOAD_BYTES - HEADER_BYTES));
    }
  }

  private CompletableFuture<Reply> send(Request request) throws IOException {
    int id = nextId.incrementAndGet();
    CompletableFuture<Reply> call = new CompletableFuture<>();
    pending.put(id, call);
    String over = failure;
    if (over != null) { // failAll may have run before the put
      pending.remove(id);
      throw new IOException(over);
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(id).putShort(request.operation().code()).putShort((short) 0).flip();
    sink.send(FrameType.REQUEST, 0, 0, header, request.arguments());
    return call;
  }

  private ByteBuffer await(Operation operation, CompletableFuture<Reply> call)
      throws IOException, InterruptedException {
    Reply reply;
    try {
      reply = call.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      String reason = "the agent did not answer " + operation + " in " + timeoutMillis + " ms";
      endConnection.accept(reason);
      throw new IOException(reason, e);
    } catch (ExecutionException e) {
      throw new IOException(failure, e);
    }
    if (reply.errno() != 0) {
      throw new AgentCallException(operation, reply.errno(), GuestText.of(reply.result()));
    }
    return reply.result();
  }

  /** A REPLY arrived. */
  void replied(ByteBuffer payload) throws ProtocolViolation {
    if (payload.remaining() < HEADER_BYTES) {
      throw new ProtocolViolation("REPLY with " + payload.remaining() + " bytes");
    }
    int id = payload.getInt();
    int errno = payload.getInt();
    CompletableFuture<Reply> call = pending.remove(id);
    if (call == null) {
      throw new ProtocolViolation("REPLY to " + id + ", which nobody asked");
    }
    call.complete(new Reply(errno, payload.slice().order(ByteOrder.LITTLE_ENDIAN)));
  }

  /** The connection is over. */
  void failAll(String reason) {
    failure = "the connection to the agent is over: " + reason;
    pending.values().forEach(call -> call.completeExceptionally(new IOException(failure)));
  }
}
