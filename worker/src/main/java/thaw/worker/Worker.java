package thaw.worker;

import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;

/**
 * A host's worker: the authority on its sandboxes. Leases an idle sandbox for an invocation or
 * starts one, within its bounds; one invocation at a time in each.
 */
public final class Worker implements AutoCloseable {
  /**
   * Carries out one invocation; blocks the calling (virtual) thread.
   *
   * @throws thaw.model.LambdaException TOO_MANY_REQUESTS when the worker is full, SERVICE when no
   *     sandbox could be started
   */
  public InvocationResult invoke(FunctionVersion function, Invocation invocation)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * The function changed or is gone: its idle sandboxes are ended now, busy ones after their
   * invocation, unless they are of revision {@code keepRevisionId}.
   */
  public void retire(String accountId, String functionName, String keepRevisionId) {
    throw new UnsupportedOperationException();
  }

  /** What the worker holds at this moment. */
  public WorkerStatus status() {
    throw new UnsupportedOperationException();
  }

  /** Ends every sandbox; returns when all are gone. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
