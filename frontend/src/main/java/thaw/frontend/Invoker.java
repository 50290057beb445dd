package thaw.frontend;

import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;

/** Carries an invocation out: a worker in this process, {@code worker::invoke}. */
@FunctionalInterface
public interface Invoker {
  /**
   * Blocks until the function has answered.
   *
   * @throws thaw.model.LambdaException if it could not be carried out
   */
  InvocationResult invoke(FunctionVersion function, Invocation invocation)
      throws InterruptedException;
}
