package thaw.microvm;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.EnumSet;
import java.util.Set;
import thaw.agent.AgentConnection;
import thaw.jail.Jail;
import thaw.microvm.DeviceTable.Disk;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;

/**
 * A QEMU in its jail that waits for the state of a snapshot, with all of its devices made and its
 * memory and disks open, though nobody has decided yet what is in them. Until {@link #wake} it has
 * read none of it; QEMU that tries gets an error, and the shell is dead.
 *
 * <p>Used once. Whoever makes it closes it, or the sandbox that it became.
 */
final class Shell implements AutoCloseable {
  private final MicrovmSandbox sandbox;
  private final Jail jail;
  private final SocketChannel agent;
  private final SandboxFiles files;
  private final StateFile state;

  Shell(
      MicrovmSandbox sandbox, Jail jail, SocketChannel agent, SandboxFiles files, StateFile state) {
    this.sandbox = sandbox;
    this.jail = jail;
    this.agent = agent;
    this.files = files;
    this.state = state;
  }

  String id() {
    return sandbox.id();
  }

  /** Whether it is known to have died, or is about to with the server of its files. */
  boolean isDead() {
    return sandbox.died().isDone() || files.serverEnded().isDone();
  }

  /** Asks QEMU. */
  boolean isAlive() {
    return !isDead() && sandbox.answers();
  }

  /** Has something run when it has died, which may be at once. */
  void whenDead(Runnable task) {
    var _ = sandbox.died().thenRun(task);
  }

  /**
   * Decides what is in its memory and disks, and turns it into a sandbox that goes on where the
   * plan's snapshot was taken.
   *
   * @throws SandboxException if it does not come up; it is closed then
   */
  MicrovmSandbox wake(SandboxPlan plan, AgentConnection.Listener listener) throws SandboxException {
    return wake(plan, EnumSet.allOf(Disk.class), listener);
  }

  /**
   * The same before a start asks for it.
   *
   * @param undecided disks of which the guest knows nothing, and that are decided later
   * @param plans tells what a sandbox is made of, once a start asks for it
   */
  MicrovmStandby wakeAhead(
      SandboxPlan plan,
      Set<Disk> undecided,
      MicrovmStandby.Plans plans,
      AgentConnection.Listener listener)
      throws SandboxException {
    EnumSet<Disk> decided = EnumSet.allOf(Disk.class);
    decided.removeAll(undecided);
    return new MicrovmStandby(wake(plan, decided, listener), jail, files, undecided, plans);
  }

  private MicrovmSandbox wake(
      SandboxPlan plan, Set<Disk> decided, AgentConnection.Listener listener)
      throws SandboxException {
    try {
      files.bind(plan, decided);
      SandboxOrigin.Snapshot snapshot = plan.snapshot().orElseThrow();
      state.write(snapshot.layer().deviceState());
      sandbox.load();
      // All in one breath: what a guest is asked while it wakes costs no exchange of its own. The
      // clock is among it, so it is asked as late as can be.
      sandbox.greet(agent, listener);
      AgentConnection.Preparation preparation = sandbox.prepare(plan.mounted());
      sandbox.run();
      // While the guest wakes: what need not be done before.
      jail.controlGroup().setCpuShares(plan.cpuShares());
      sandbox.awaitHello(plan.bootTimeout());
      preparation.await();
      if (plan.hardCpus() > 0) {
        jail.limitCpu(plan.hardCpus());
      }
      return sandbox;
    } catch (IOException e) {
      close();
      throw new SandboxException("cannot resume a sandbox: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() {
    sandbox.close();
  }
}
