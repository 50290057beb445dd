package thaw.microvm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.agent.AgentConnection;
import thaw.guest.GuestImages;
import thaw.microvm.DeviceTable.Disk;
import thaw.sandbox.DiskImage;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.sandbox.Standby;
import thaw.snapshots.SnapshotLayer;

/** Makes microVMs: QEMU in a jail, under KVM where that is proven to work, else emulated. */
public final class MicrovmDriver implements SandboxDriver {
  private static final Logger log = LoggerFactory.getLogger(MicrovmDriver.class);

  /** Weight of a guest that nobody waits for, an eighth of the smallest function's. */
  private static final long AHEAD_CPU_SHARES = SandboxPlan.cpuShares(128) / 8;

  private final Host host;
  private volatile GuestImages images;

  /** What a snapshot of each MemorySize is bound to: telling it asks QEMU for its version. */
  private final Map<Integer, Map<String, String>> identities = new ConcurrentHashMap<>();

  private final Accelerator accelerator;
  private final Set<MicrovmSandbox> live = ConcurrentHashMap.newKeySet();
  private final ShellPool shells;
  private volatile boolean closed;

  private MicrovmDriver(Host host, GuestImages images, Accelerator accelerator) {
    this.host = host;
    this.images = images;
    this.accelerator = accelerator;
    shells = new ShellPool(host.settings(), vm -> new SandboxStarter(host, vm).shell());
  }

  /**
   * Removes what killed predecessors left on this host, finds out how guests are executed, which
   * may take until the probe's time-out when the host was restarted, and boots images that never
   * were.
   *
   * @param diskDirectory where sandboxes' own disks go; not a tmpfs
   * @param cacheDirectory what may be kept between starts and made again at any time
   * @throws IOException if a directory cannot be used, a program is missing, new images do not
   *     boot, or KVM was demanded and does not work
   */
  public static MicrovmDriver open(
      MicrovmSettings settings, Path diskDirectory, Path cacheDirectory, GuestImages images)
      throws IOException {
    Host host = Host.open(settings, diskDirectory, cacheDirectory);
    try {
      Accelerator accelerator = new KvmProbe(host, images).choose(settings.accelerator());
      if (!images.bootTested()) {
        new BootProbe(host, images).boot(accelerator, settings.bootTimeout());
        images.markBootTested();
      }
      return new MicrovmDriver(host, images, accelerator);
    } catch (IOException | RuntimeException e) {
      host.close();
      throw e;
    }
  }

  /**
   * Starts sandboxes of these images from now on: a runtime was added to them.
   *
   * @throws IOException if they were never booted, and do not boot
   */
  public synchronized void use(GuestImages others) throws IOException {
    if (!others.bootTested()) {
      new BootProbe(host, others).boot(accelerator, host.settings().bootTimeout());
      others.markBootTested();
    }
    images = others;
    identities.clear();
  }

  @Override
  public String name() {
    return "microvm";
  }

  /** What executes the guests. */
  public Accelerator accelerator() {
    return accelerator;
  }

  @Override
  public boolean hardCpuQuota() {
    return accelerator == Accelerator.KVM;
  }

  @Override
  public Sandbox start(SandboxSpec spec, AgentConnection.Listener listener)
      throws SandboxException {
    SandboxPlan plan = plan(spec);
    MicrovmSandbox sandbox =
        plan.snapshot().isPresent()
            ? resume(plan, listener)
            : new SandboxStarter(host, plan.vm()).boot(plan, listener);
    keep(sandbox);
    return sandbox;
  }

  @Override
  public Optional<Standby> standBy(SandboxSpec spec, AgentConnection.Listener listener)
      throws SandboxException {
    SandboxPlan plan = plan(spec).withCpuShares(AHEAD_CPU_SHARES);
    Set<Disk> undecided = spec.codeImage().isPresent() ? Set.of() : EnumSet.of(Disk.CODE, Disk.OPT);
    MicrovmStandby standby =
        new SandboxStarter(host, plan.vm())
            .shell()
            .wakeAhead(plan, undecided, this::plan, listener);
    keep(standby.sandbox());
    return Optional.of(standby);
  }

  /** Ends it with the driver, if not before. */
  private void keep(MicrovmSandbox sandbox) throws SandboxException {
    live.add(sandbox);
    sandbox.whenClosed(() -> live.remove(sandbox));
    if (closed) {
      sandbox.close();
      throw new SandboxException("the driver is closed");
    }
  }

  private MicrovmSandbox resume(SandboxPlan plan, AgentConnection.Listener listener)
      throws SandboxException {
    Optional<SnapshotLayer> shared =
        plan.snapshot()
            .filter(from -> from.shareMemory() && !plan.capturable())
            .map(SandboxOrigin.Snapshot::layer);
    // What waits has a memory of its own, and what is captured is seldom made.
    boolean fromPool = shared.isEmpty() && !plan.capturable();
    try (var _ = shells.resuming()) {
      Optional<Shell> waiting = fromPool ? shells.take(plan.vm()) : Optional.empty();
      Shell shell =
          waiting.isPresent() ? waiting.get() : new SandboxStarter(host, plan.vm()).shell(shared);
      return shell.wake(plan, listener);
    }
  }

  private SandboxPlan plan(SandboxSpec spec) throws SandboxException {
    Path runtime = spec.runtime().isPresent() ? runtime(spec.runtime().get()) : host.blankDisk();
    DiskImage blank = new DiskImage.File(host.blankDisk());
    DiskImage code = spec.codeImage().orElse(blank);
    Optional<SandboxOrigin.Snapshot> snapshot =
        spec.origin() instanceof SandboxOrigin.Snapshot s ? Optional.of(s) : Optional.empty();
    VmOptions options =
        VmOptions.booting(host, accelerator, spec.memorySizeMb(), spec.network())
            .on(MemoryBacking.of(snapshot.isPresent(), spec.capturable()));
    double vcpus = (double) spec.memorySizeMb() / VmSize.MB_PER_VCPU;
    return new SandboxPlan(
        snapshot.isPresent() ? options.resuming() : options,
        images,
        spec.codeIsRoot() ? code : new DiskImage.File(images.root()),
        runtime,
        spec.codeIsRoot() ? blank : code,
        spec.optImage().orElse(blank),
        snapshot,
        spec.capturable(),
        spec.ephemeralStorageMb(),
        SandboxPlan.cpuShares(spec.memorySizeMb()),
        hardCpuQuota() ? vcpus : 0,
        host.settings().bootTimeout(),
        spec.isBase() ? Set.of() : spec.disks());
  }

  private Path runtime(String name) throws SandboxException {
    Path runtime = images.runtimes().get(name);
    if (runtime == null) {
      throw new SandboxException(
          "there is no guest image for runtime "
              + name
              + "; there are "
              + images.runtimes().keySet().stream().sorted().toList());
    }
    return runtime;
  }

  @Override
  public Optional<Map<String, String>> snapshotIdentity(int memorySizeMb) throws SandboxException {
    try {
      Map<String, String> known = identities.get(memorySizeMb);
      if (known == null) {
        known =
            SnapshotIdentity.of(
                VmOptions.booting(host, accelerator, memorySizeMb, false), images.identity());
        identities.put(memorySizeMb, known);
      }
      return Optional.of(known);
    } catch (IOException e) {
      throw new SandboxException("cannot tell what a snapshot is bound to: " + e.getMessage(), e);
    }
  }

  @Override
  public void expect(int memorySizeMb, boolean network) {
    VmOptions options = VmOptions.booting(host, accelerator, memorySizeMb, network);
    shells.expect(options.on(MemoryBacking.of(true, false)).resuming());
  }

  @Override
  public Map<String, Double> gauges() {
    return shells.gauges();
  }

  /** What all of its sandboxes share. */
  Host host() {
    return host;
  }

  /** The shells that wait. */
  ShellPool shells() {
    return shells;
  }

  @Override
  public void close() {
    closed = true;
    shells.close();
    live.forEach(MicrovmSandbox::close);
    try {
      host.close();
    } catch (IOException e) {
      log.warn("could not remove all of the driver's directories", e);
    }
  }
}
