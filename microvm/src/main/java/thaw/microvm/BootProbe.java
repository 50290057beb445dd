package thaw.microvm;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import thaw.agent.AgentConnection;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;
import thaw.guest.GuestImages;
import thaw.sandbox.DiskImage;
import thaw.sandbox.SandboxException;

/** Boots guest images until their agent greets, which is the only proof that they boot. */
final class BootProbe {
  /** The smallest VM, and the smallest /tmp that Lambda knows. */
  private static final int SIZE_MB = 512;

  private final Host host;
  private final GuestImages images;

  BootProbe(Host host, GuestImages images) {
    this.host = host;
    this.images = images;
  }

  /**
   * @throws SandboxException if they do not boot, with the reason
   */
  void boot(Accelerator accelerator, Duration timeout) throws SandboxException {
    VmOptions vm = VmOptions.booting(host, accelerator, SIZE_MB, false);
    SandboxPlan plan =
        new SandboxPlan(
            vm,
            images,
            new DiskImage.File(images.root()),
            host.blankDisk(),
            new DiskImage.File(host.blankDisk()),
            new DiskImage.File(host.blankDisk()),
            Optional.empty(),
            false,
            SIZE_MB,
            SandboxPlan.cpuShares(SIZE_MB),
            0,
            timeout,
            Set.of());
    new SandboxStarter(host, vm).boot(plan, new Deaf()).close();
  }

  /** Nothing runs in the probe's guest, so there is nothing to hear. */
  private static final class Deaf implements AgentConnection.Listener {
    @Override
    public void connectionOpened(AgentStream stream) {
      stream.close();
    }

    @Override
    public void outputOpened(AgentStream output) {
      output.close();
    }

    @Override
    public void runtimeExited(ExitStatus status) {}

    @Override
    public void closed(String reason) {}
  }
}
