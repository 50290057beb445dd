package thaw.runtimeapi;

import java.time.Duration;
import thaw.agent.AgentStream;
import thaw.model.Invocation;

/**
 * The Lambda Runtime API (version 2018-06-01) of one sandbox, served over streams that the guest
 * opened to 127.0.0.1:9001. Everything the guest sends is bounded and can hurt only itself.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">AWS: runtime
 *     API</a>
 */
public final class RuntimeApi implements AutoCloseable {
  /** Serves one guest connection on a virtual thread of its own; returns at once. */
  public void serve(AgentStream connection) {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until the runtime asks for its first invocation, reports an init error or is gone.
   *
   * @return {@link RuntimeOutcome.Ready}, {@link RuntimeOutcome.Failed}, {@link
   *     RuntimeOutcome.Exited} or {@link RuntimeOutcome.TimedOut}
   */
  public RuntimeOutcome awaitInit(Duration timeout) throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Hands an invocation to the runtime and waits for its answer. One at a time.
   *
   * @param timeout the function's Timeout; also gives the deadline header
   * @return {@link RuntimeOutcome.Responded}, {@link RuntimeOutcome.Failed}, {@link
   *     RuntimeOutcome.TooLarge}, {@link RuntimeOutcome.Exited} or {@link RuntimeOutcome.TimedOut}
   */
  public RuntimeOutcome invoke(Invocation invocation, Duration timeout)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** The sandbox's process is gone: whoever waits gets {@link RuntimeOutcome.Exited}. */
  public void runtimeExited() {
    throw new UnsupportedOperationException();
  }

  /** Ends all connections. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
