package thaw.microvm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import thaw.agent.AgentConnection;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;
import thaw.guest.GuestImages;
import thaw.sandbox.SandboxException;

/** Boots guest images until their agent greets, which is the only proof that they boot. */
public final class BootProbe {
  /** The smallest VM, and the smallest /tmp that Lambda knows. */
  private static final int SIZE_MB = 512;

  private final Host host;
  private final GuestImages images;

  BootProbe(Host host, GuestImages images) {
    this.host = host;
    this.images = images;
  }

  /**
   * Boots freshly built images under emulation, which works on every host.
   *
   * @param diskDirectory where the probe's disk goes while it runs
   * @param cacheDirectory what may be kept between starts
   * @throws SandboxException if they do not boot, with the reason
   * @throws IOException if the host cannot run a VM at all
   */
  public static void check(
      MicrovmSettings settings, Path diskDirectory, Path cacheDirectory, GuestImages images)
      throws IOException {
    try (Host host = Host.open(settings, diskDirectory, cacheDirectory)) {
      new BootProbe(host, images).boot(Accelerator.TCG, settings.bootTimeout());
    }
  }

  void boot(Accelerator accelerator, Duration timeout) throws SandboxException {
    SandboxPlan plan =
        new SandboxPlan(
            VmOptions.booting(host, accelerator, SIZE_MB, false),
            images,
            host.blankDisk(),
            host.blankDisk(),
            SIZE_MB,
            SandboxPlan.cpuShares(SIZE_MB),
            0,
            timeout);
    new SandboxStarter(host, plan).start(new Deaf()).close();
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
