package thaw.worker;

import thaw.sandbox.SandboxException;

/** Makes the guest of a pooled sandbox; INIT is over when it returns, well or not. */
@FunctionalInterface
interface GuestStarter {
  /**
   * Starts it.
   *
   * @param onDeath to be run when the guest dies on its own
   * @throws SandboxException if there is none; nothing is left behind
   */
  Guest start(PooledSandbox sandbox, Runnable onDeath) throws SandboxException;
}
