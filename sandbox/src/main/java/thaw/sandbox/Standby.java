package thaw.sandbox;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import thaw.agent.AgentConnection;

/**
 * A guest that was resumed before anybody asked for it: it runs a runtime, and knows no function.
 * Its code and layers are decided when it is assigned, once; until then it cannot read them.
 * Whoever has it closes it, or the sandbox that it became.
 */
public interface Standby extends AutoCloseable {
  /** The connection to its agent. */
  AgentConnection agent();

  /** Stops the virtual CPU until it is assigned. */
  void pause() throws SandboxException;

  /** Whether it is known to have died. */
  boolean isDead();

  /** As {@link Sandbox#firstTouches}. */
  List<Integer> firstTouches();

  /** Completes, with a reason for people, when it has died for whatever reason. */
  CompletableFuture<String> died();

  /**
   * Turns it into a function's sandbox: it runs on, is prepared as any guest that was just resumed
   * ({@link GuestPreparation}), and has its disks.
   *
   * @param spec with the runtime, sizes and network that it was made with
   * @throws SandboxException if it does not come up; it is closed then
   */
  Sandbox assign(SandboxSpec spec) throws SandboxException;

  /** Kills it and returns when nothing of it is left. */
  @Override
  void close();
}
