package thaw.microvm;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import thaw.agent.AgentConnection;
import thaw.guest.GuestImages;
import thaw.jail.Awaiting;
import thaw.jail.Bind;
import thaw.jail.CloseStack;
import thaw.jail.DiskTemplate;
import thaw.jail.FrameFilter;
import thaw.jail.Jail;
import thaw.jail.JailSpec;
import thaw.jail.NetworkRelay;
import thaw.jail.OneConnection;
import thaw.jail.Passt;
import thaw.jail.Trees;
import thaw.microvm.DeviceTable.Disk;
import thaw.sandbox.DiskImage;
import thaw.sandbox.SandboxException;
import thaw.snapshots.SnapshotLayer;

/**
 * Starts one sandbox, or one shell that will become one, step by step; what was made before a step
 * failed is undone.
 */
final class SandboxStarter {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  /** AWS's largest /tmp, MiB: whose shell does not know its own yet. The server knows it then. */
  private static final int TEMPORARY_MB_MAX = 10_240;

  private final Host host;
  private final VmOptions vm;
  private final String id;
  private final CloseStack undo = new CloseStack();

  SandboxStarter(Host host, VmOptions vm) {
    this.host = host;
    this.vm = vm;
    this.id = host.instance().nextSandboxId();
  }

  private interface Step<T> {
    T run() throws IOException;
  }

  /** Boots a sandbox. */
  MicrovmSandbox boot(SandboxPlan plan, AgentConnection.Listener listener) throws SandboxException {
    return orUndo(() -> {
      Home home = home();
      Set<Disk> paged = plan.pagedDisks();
      Optional<SandboxFiles> files =
          plan.capturable() || !paged.isEmpty()
              ? Optional.of(files(home, paged, Optional.empty()))
              : Optional.empty();
      if (files.isPresent()) {
        files.get().bind(plan);
      }
      Optional<SandboxFiles> captured = files.filter(f -> plan.capturable());
      Path tmp = captured.isPresent() ? captured.get().disk(Disk.TMP) : makeTmpDisk(plan, home);
      List<Bind> binds = bootBinds(plan, files);
      binds.add(new Bind(tmp, Disk.TMP.jailPath(), true));
      Optional<StateFile> state =
          captured.isPresent() ? Optional.of(state(home)) : Optional.empty();
      addSparse(binds, captured, state);
      Started started = startQemu(home, binds, plan.temporaryMb(), plan.cpuShares());
      MicrovmSandbox sandbox = started.sandbox;
      sandbox.greet(started.agent, listener);
      if (captured.isPresent() && state.isPresent()) {
        sandbox.keep(captured.get(), state.get());
      } else {
        files.ifPresent(sandbox::endWith);
      }
      sandbox.awaitHello(plan.bootTimeout());
      if (!plan.mounted().isEmpty()) {
        sandbox.prepare(plan.mounted()).await();
      }
      if (plan.hardCpus() > 0) {
        started.jail.limitCpu(plan.hardCpus());
      }
      return sandbox;
    });
  }

  /** Makes a shell that waits for the one who needs it. */
  Shell shell() throws SandboxException {
    return shell(Optional.empty());
  }

  /**
   * Makes a shell whose memory is decided.
   *
   * @param memoryOf the layer whose memory it shares with others
   */
  Shell shell(Optional<SnapshotLayer> memoryOf) throws SandboxException {
    return orUndo(() -> {
      Home home = home();
      Set<Disk> readOnly = EnumSet.complementOf(EnumSet.of(Disk.TMP));
      return shell(home, files(home, readOnly, memoryOf));
    });
  }

  private Shell shell(Home home, SandboxFiles files) throws IOException {
    StateFile state = state(home);
    List<Bind> binds = new ArrayList<>();
    for (Disk disk : files.present()) {
      binds.add(new Bind(files.disk(disk), disk.jailPath(), !disk.readOnly()));
    }
    addSparse(binds, Optional.of(files), Optional.of(state));
    Started started = startQemu(home, binds, TEMPORARY_MB_MAX, Jail.ORDINARY_CPU_SHARES);
    started.sandbox.keep(files, state);
    started.sandbox.prepareToLoad();
    return new Shell(started.sandbox, started.jail, started.agent, files, state);
  }

  private <T> T orUndo(Step<T> step) throws SandboxException {
    try {
      return step.run();
    } catch (IOException e) {
      undo.close();
      throw new SandboxException("cannot start a sandbox: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      undo.close();
      throw e;
    }
  }

  /** What is a sandbox's own on the host. */
  private record Home(int uid, Path run, Path disks) {}

  private Home home() throws IOException {
    int uid = takeUid();
    Path run = host.instance().createRunDirectory(id);
    undo.push(() -> Trees.delete(run));
    Path disks = host.instance().createDiskDirectory(id);
    undo.push(() -> Trees.delete(disks));
    return new Home(uid, run, disks);
  }

  private int takeUid() throws IOException {
    int uid = host.uids().take();
    undo.push(() -> host.uids().giveBack(uid));
    return uid;
  }

  private SandboxFiles files(Home home, Set<Disk> readOnly, Optional<SnapshotLayer> memoryOf)
      throws IOException {
    SandboxFiles files =
        SandboxFiles.create(host, id, home.uid, home.disks, vm, readOnly, memoryOf);
    undo.push(files::close);
    return files;
  }

  private static StateFile state(Home home) throws IOException {
    return StateFile.create(home.run.resolve("state"), home.uid);
  }

  private Path makeTmpDisk(SandboxPlan plan, Home home) throws IOException {
    Path tmp = home.disks.resolve(Disk.TMP.serial());
    DiskTemplate.ofSize(plan.temporaryMb(), host.cacheDirectory())
        .unpack(tmp, GuestImages.DISK_BYTES);
    Files.setPosixFilePermissions(tmp, PosixFilePermissions.fromString("rw-------"));
    Files.setAttribute(tmp, "unix:uid", home.uid);
    return tmp;
  }

  private static List<Bind> bootBinds(SandboxPlan plan, Optional<SandboxFiles> files)
      throws IOException {
    List<Bind> binds = new ArrayList<>();
    binds.add(Bind.readOnly(plan.images().kernel(), JailPaths.KERNEL));
    binds.add(Bind.readOnly(plan.images().initramfs(), JailPaths.INITRAMFS));
    for (Disk disk : Disk.values()) {
      if (disk.readOnly() && plan.image(disk) instanceof DiskImage.File file) {
        binds.add(Bind.readOnly(file.path(), disk.jailPath()));
      }
    }
    for (Bind bind : binds) {
      bind.requireReadable();
    }
    files.ifPresent(sparse ->
        plan.pagedDisks()
            .forEach(disk -> binds.add(Bind.readOnly(sparse.disk(disk), disk.jailPath()))));
    return binds;
  }

  private void addSparse(
      List<Bind> binds, Optional<SandboxFiles> files, Optional<StateFile> state) {
    boolean writable = vm.memory() == MemoryBacking.SHARED_FILE;
    files.ifPresent(f -> binds.add(new Bind(f.memory(), JailPaths.MEMORY, writable)));
    state.ifPresent(s -> binds.add(new Bind(s.path(), JailPaths.STATE, writable)));
  }

  /** QEMU that is up and has connected to the host. */
  private record Started(MicrovmSandbox sandbox, Jail jail, SocketChannel agent) {}

  private Started startQemu(Home home, List<Bind> own, int temporaryMb, long cpuShares)
      throws IOException {
    Path sockets = Files.createDirectory(home.run.resolve("s"));
    Files.setAttribute(sockets, "unix:gid", home.uid);
    Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxr-x---"));
    OneConnection agent = listen(sockets, JailPaths.AGENT_SOCKET, home.uid);
    OneConnection monitor = listen(sockets, JailPaths.MONITOR_SOCKET, home.uid);
    Optional<OneConnection> nic =
        vm.network()
            ? Optional.of(listen(sockets, JailPaths.NETWORK_SOCKET, home.uid))
            : Optional.empty();
    Optional<Passt> passt = vm.network() ? Optional.of(startPasst(home.run)) : Optional.empty();

    List<Bind> binds = new ArrayList<>(own);
    binds.add(Bind.readOnly(host.lifeline(), Jail.LIFELINE));
    binds.add(Bind.readOnly(sockets, JailPaths.SOCKETS));
    Jail jail = startJail(home, binds, temporaryMb, cpuShares);
    MicrovmSandbox sandbox =
        new MicrovmSandbox(
            id, jail, host.policy(), vm.network(), host.settings().monitorTimeout(), undo);
    SocketChannel agentChannel = accept(agent, jail);
    undo.push(agentChannel::close);
    SocketChannel monitorChannel = accept(monitor, jail);
    if (nic.isPresent() && passt.isPresent()) {
      FrameFilter filter = new FrameFilter(host.policy());
      NetworkRelay relay =
          NetworkRelay.start(id, accept(nic.get(), jail), passt.get().frames(), filter);
      undo.push(relay::close);
    }
    sandbox.connect(monitorChannel);
    return new Started(sandbox, jail, agentChannel);
  }

  private OneConnection listen(Path sockets, String name, int uid) throws IOException {
    OneConnection one = OneConnection.listen(sockets.resolve(name), uid);
    undo.push(one::close);
    return one;
  }

  private Passt startPasst(Path run) throws IOException {
    // A user of its own: neither what escaped from QEMU nor what escaped from passt can touch the
    // other.
    int uid = takeUid();
    Passt passt = Passt.start(host.dial(), run.resolve("passt"), uid);
    undo.push(passt::close);
    return passt;
  }

  private Jail startJail(Home home, List<Bind> binds, int temporaryMb, long cpuShares)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(QemuProgram.of(vm.accelerator()).toString());
    command.addAll(QemuArguments.render(vm));
    JailSpec spec =
        new JailSpec(
            id,
            home.uid,
            command,
            binds,
            vm.size().memoryBytes() + host.settings().jailOverhead().bytes(),
            (long) temporaryMb << 20,
            cpuShares,
            vm.accelerator() == Accelerator.KVM);
    Path bundle = Files.createDirectory(home.run.resolve("bundle"));
    Jail jail = Jail.start(spec, bundle, host.instance().runcState());
    undo.push(jail::close);
    return jail;
  }

  private static SocketChannel accept(OneConnection one, Jail jail) throws IOException {
    CompletableFuture<SocketChannel> accepted = one.accepted();
    Awaiting.result(
        CompletableFuture.anyOf(accepted, jail.ended()), CONNECT_TIMEOUT, "QEMU's connection");
    if (!accepted.isDone()) {
      throw new IOException("QEMU did not start: " + jail.output());
    }
    return accepted.join();
  }
}
