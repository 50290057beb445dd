package thaw.microvm;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import thaw.agent.AgentConnection;
import thaw.jail.Jail;
import thaw.microvm.DeviceTable.Disk;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;
import thaw.sandbox.Standby;

/**
 * A microVM that was resumed ahead. All of it is as in a sandbox that was resumed on demand, but
 * for disks of which its guest knows nothing: they are decided late, as all those of a {@link
 * Shell} are.
 */
final class MicrovmStandby implements Standby {
  /** What a sandbox is made of. */
  interface Plans {
    SandboxPlan of(SandboxSpec spec) throws SandboxException;
  }

  private final MicrovmSandbox sandbox;
  private final Jail jail;
  private final SandboxFiles files;
  private final Set<Disk> undecided;
  private final Plans plans;

  /**
   * @param undecided disks that are decided when it is assigned
   */
  MicrovmStandby(
      MicrovmSandbox sandbox, Jail jail, SandboxFiles files, Set<Disk> undecided, Plans plans) {
    this.sandbox = sandbox;
    this.jail = jail;
    this.files = files;
    this.undecided = undecided;
    this.plans = plans;
  }

  MicrovmSandbox sandbox() {
    return sandbox;
  }

  @Override
  public AgentConnection agent() {
    return sandbox.agent();
  }

  @Override
  public void pause() throws SandboxException {
    sandbox.pause();
  }

  @Override
  public boolean isDead() {
    return sandbox.died().isDone() || files.serverEnded().isDone();
  }

  @Override
  public List<Integer> firstTouches() {
    return sandbox.firstTouches();
  }

  @Override
  public CompletableFuture<String> died() {
    return sandbox.died();
  }

  @Override
  public Sandbox assign(SandboxSpec spec) throws SandboxException {
    try {
      SandboxPlan plan = plans.of(spec);
      files.bindDisks(plan, undecided);
      jail.controlGroup().setCpuShares(plan.cpuShares());
      // As when a sandbox is resumed now: what it is asked while it wakes costs no exchange.
      AgentConnection.Preparation preparation = sandbox.prepare(plan.mounted());
      sandbox.resume();
      preparation.await();
      if (plan.hardCpus() > 0) {
        jail.limitCpu(plan.hardCpus());
      }
      return sandbox;
    } catch (IOException e) {
      close();
      throw new SandboxException("cannot go on with a guest that stood by: " + e.getMessage(), e);
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
