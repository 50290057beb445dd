package thaw.worker;

import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.sandbox.SandboxException;

/** A started sandbox, as pool and worker see it. */
interface Guest extends AutoCloseable {
  String id();

  /** Whether its runtime must be started (again) before it can serve. */
  boolean needsReset();

  /**
   * Carries out one invocation and gives the lease back as soon as the sandbox can serve the next.
   */
  InvocationResult serve(Invocation invocation, Lease lease) throws InterruptedException;

  /** Stops its CPU. */
  void pause() throws SandboxException;

  /** Runs on; the guest's clock is right when this returns. */
  void resume() throws SandboxException;

  /** Memory it takes of the host, 0 if unknown. */
  long residentBytes();

  /** Returns when nothing of it is left. */
  @Override
  void close();
}
