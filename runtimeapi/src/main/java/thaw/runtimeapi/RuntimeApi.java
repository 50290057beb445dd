package thaw.runtimeapi;

import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.agent.AgentStream;
import thaw.model.Invocation;
import thaw.model.Limits;

/**
 * The Lambda Runtime API (version 2018-06-01) of one runtime process, served over streams that the
 * guest opened to 127.0.0.1:9001. Everything the guest sends is bounded and can hurt only itself.
 *
 * <p>One object per process: after {@link RuntimeOutcome.TimedOut}, {@link RuntimeOutcome.Exited}
 * or an error of INIT it is finished, and gives that same outcome to whoever asks again. A worker
 * that runs INIT again in the same sandbox (as AWS does within the first invocation) closes this
 * one, kills what is left of the process and makes another.
 *
 * <p>Thread-safe. Invocations come one at a time.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">AWS: runtime
 *     API</a>
 */
public final class RuntimeApi implements AutoCloseable {
  /** Where a runtime finds its API: the value of AWS_LAMBDA_RUNTIME_API. */
  public static final String ADDRESS = "127.0.0.1:9001";

  /**
   * Largest answer, bytes: the payload limit and the 100 bytes that AWS grants on top, which is the
   * number its error messages name.
   */
  public static final int MAX_RESPONSE_BYTES = Limits.PAYLOAD_BYTES + 100;

  /** Connections that are open at once; one more is closed at once. */
  public static final int MAX_CONNECTIONS = 16;

  /** How long bytes that the process sent before its end are read after it. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(RuntimeApi.class);

  private final InvocationSlot slot = new InvocationSlot();
  private final ConnectionTable connections = new ConnectionTable(MAX_CONNECTIONS);

  /** Serves one guest connection on a virtual thread of its own and closes it; returns at once. */
  public void serve(AgentStream connection) {
    serve(new AgentStreamConnection(connection));
  }

  /**
   * Goes on with the one connection that a restored runtime has: its restore/next is answered.
   *
   * @param body the answer: empty for a function's own snapshot, for a template a JSON object whose
   *     {@code environment} holds all of the function's variables
   */
  public void serveRestored(AgentStream connection, byte[] body) {
    serveRestored(new AgentStreamConnection(connection), body);
  }

  /**
   * Answers the restore/next of a runtime that waits for it here, and was not frozen: see {@link
   * #serveRestored(AgentStream, byte[])}. What it comes to is waited for as after its start.
   *
   * @throws IllegalStateException if it does not wait for that
   */
  public void restore(byte[] body) {
    slot.restore(body);
  }

  /** Goes on with the one connection of a runtime that was frozen waiting for an invocation. */
  public void serveWaiting(AgentStream connection) {
    serve(new AgentStreamConnection(connection), HttpConnection::serveWaiting);
  }

  void serveRestored(GuestConnection connection, byte[] body) {
    serve(connection, http -> http.serveRestored(body));
  }

  void serve(GuestConnection connection) {
    serve(connection, HttpConnection::serve);
  }

  private void serve(GuestConnection connection, Consumer<HttpConnection> service) {
    if (!connections.add(connection)) {
      log.debug("runtime API: refused a connection, {} are open", MAX_CONNECTIONS);
      // Not on this thread, which must not write: AgentStream.refuse.
      Thread.ofVirtual().name("runtime-api-refusal").start(connection::close);
      return;
    }
    Thread.ofVirtual().name("runtime-api").start(() -> run(connection, service));
  }

  private void run(GuestConnection connection, Consumer<HttpConnection> service) {
    try {
      service.accept(
          new HttpConnection(connection, slot, () -> connections.closeOthers(connection)));
    } finally {
      connection.close();
      connections.remove(connection);
    }
  }

  /**
   * Waits until the runtime asks for its first invocation, reports an init error or is gone.
   *
   * @return {@link RuntimeOutcome.Ready}, {@link RuntimeOutcome.Failed}, {@link
   *     RuntimeOutcome.Exited} or {@link RuntimeOutcome.TimedOut}
   */
  public RuntimeOutcome awaitInit(Duration timeout) throws InterruptedException {
    return slot.awaitInit(timeout);
  }

  /**
   * Waits until the runtime asks for restore/next, and so may be frozen.
   *
   * @return {@link RuntimeOutcome.Restorable}, {@link RuntimeOutcome.Failed}, {@link
   *     RuntimeOutcome.Exited} or {@link RuntimeOutcome.TimedOut}
   */
  public RuntimeOutcome awaitRestorable(Duration timeout) throws InterruptedException {
    return slot.awaitRestorable(timeout);
  }

  /**
   * Waits until the runtime asks for restore/next or for its first invocation, whichever comes
   * first.
   *
   * @return {@link RuntimeOutcome.Restorable}, {@link RuntimeOutcome.Ready}, {@link
   *     RuntimeOutcome.Failed}, {@link RuntimeOutcome.Exited} or {@link RuntimeOutcome.TimedOut}
   */
  public RuntimeOutcome awaitWaiting(Duration timeout) throws InterruptedException {
    return slot.awaitWaiting(timeout);
  }

  /** Before a runtime is frozen that waits for an invocation: a snapshot carries one connection. */
  public void keepWaitingConnection() {
    slot.keepTaker();
  }

  /**
   * Waits until the runtime asks for an invocation, or is gone before it does: it has then seen
   * nothing of the next one.
   *
   * @return {@link RuntimeOutcome.Ready}, {@link RuntimeOutcome.TimedOut} or how it ended
   */
  public RuntimeOutcome awaitNext(Duration timeout) throws InterruptedException {
    return slot.awaitNext(timeout);
  }

  /**
   * Hands an invocation to the runtime and waits for its answer. One at a time. If INIT still runs,
   * it is waited for; if it fails, its error is the outcome.
   *
   * <p>A runtime that asks for its next invocation again before it has answered gets the same one
   * again, as with AWS.
   *
   * @param timeout the function's Timeout; also gives the deadline header
   * @return {@link RuntimeOutcome.Responded}, {@link RuntimeOutcome.Failed}, {@link
   *     RuntimeOutcome.TooLarge}, {@link RuntimeOutcome.Exited} or {@link RuntimeOutcome.TimedOut}
   * @throws IllegalStateException if an invocation is under way
   * @throws InterruptedException if the caller gave up; this object is then finished
   */
  public RuntimeOutcome invoke(Invocation invocation, Duration timeout)
      throws InterruptedException {
    return slot.invoke(invocation, timeout);
  }

  /**
   * The runtime's process is gone. An answer it sent before its end still counts; then whoever
   * waits gets {@link RuntimeOutcome.Exited}. Does not block.
   */
  public void runtimeExited() {
    slot.leave();
    Thread.ofVirtual().name("runtime-api-exit").start(this::awaitLastWords);
  }

  private void awaitLastWords() {
    try {
      if (!connections.awaitEmpty(LAST_WORDS)) {
        log.debug("runtime API: the process is gone, its connections are not");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      slot.finish(new RuntimeOutcome.Exited());
    }
  }

  /** Ends all connections; whoever waits gets {@link RuntimeOutcome.Exited}. */
  @Override
  public void close() {
    slot.finish(new RuntimeOutcome.Exited());
    connections.close();
  }
}
