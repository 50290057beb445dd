package thaw.microvm;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import thaw.sandbox.SandboxException;

/** Starts one sandbox, step by step; what was made before a step failed is undone. */
final class SandboxStarter {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private final Host host;
  private final SandboxPlan plan;
  private final String id;
  private final CloseStack undo = new CloseStack();

  SandboxStarter(Host host, SandboxPlan plan) {
    this.host = host;
    this.plan = plan;
    this.id = host.instance().nextSandboxId();
  }

  MicrovmSandbox start(AgentConnection.Listener listener) throws SandboxException {
    try {
      return startOrThrow(listener);
    } catch (IOException e) {
      undo.close();
      throw new SandboxException("cannot start a sandbox: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      undo.close();
      throw e;
    }
  }

  private MicrovmSandbox startOrThrow(AgentConnection.Listener listener) throws IOException {
    int uid = takeUid();
    Path run = host.instance().createRunDirectory(id);
    undo.push(() -> Trees.delete(run));
    Path disks = host.instance().createDiskDirectory(id);
    undo.push(() -> Trees.delete(disks));
    Optional<SandboxFiles> files =
        plan.isSparse() ? Optional.of(sparse(uid, disks)) : Optional.empty();
    Optional<StateFile> state = plan.isSparse() ? Optional.of(state(run, uid)) : Optional.empty();
    boolean sparseTmp = files.filter(SandboxFiles::hasDisk).isPresent();
    Path tmp = sparseTmp ? files.get().disk() : makeTmpDisk(disks, uid);

    Path sockets = Files.createDirectory(run.resolve("s"));
    Files.setAttribute(sockets, "unix:gid", uid);
    Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxr-x---"));
    OneConnection agent = listen(sockets, JailPaths.AGENT_SOCKET, uid);
    OneConnection monitor = listen(sockets, JailPaths.MONITOR_SOCKET, uid);
    Optional<OneConnection> nic =
        plan.vm().network()
            ? Optional.of(listen(sockets, JailPaths.NETWORK_SOCKET, uid))
            : Optional.empty();
    Optional<Passt> passt = plan.vm().network() ? Optional.of(startPasst(run)) : Optional.empty();

    List<Bind> own = ownBinds(sockets, tmp, files, state);
    Jail jail = startJail(run, own, uid);
    MicrovmSandbox sandbox =
        new MicrovmSandbox(
            id, jail, host.policy(), plan.vm().network(), host.settings().monitorTimeout(), undo);
    SocketChannel agentChannel = accept(agent, jail);
    undo.push(agentChannel::close);
    SocketChannel monitorChannel = accept(monitor, jail);
    if (nic.isPresent() && passt.isPresent()) {
      FrameFilter filter = new FrameFilter(host.policy());
      NetworkRelay relay =
          NetworkRelay.start(id, accept(nic.get(), jail), passt.get().frames(), filter);
      undo.push(relay::close);
    }
    sandbox.connect(monitorChannel, agentChannel, listener);
    if (files.isPresent() && state.isPresent()) {
      sandbox.load(files.get(), state.get(), plan.snapshot().isPresent());
    }
    sandbox.awaitHello(plan.bootTimeout());
    if (plan.hardCpus() > 0) {
      jail.limitCpu(plan.hardCpus());
    }
    return sandbox;
  }

  private int takeUid() throws IOException {
    int uid = host.uids().take();
    undo.push(() -> host.uids().giveBack(uid));
    return uid;
  }

  private SandboxFiles sparse(int uid, Path disks) throws IOException {
    SandboxFiles files = SandboxFiles.create(host, plan, id, uid, disks);
    undo.push(files::close);
    return files;
  }

  private StateFile state(Path run, int uid) throws IOException {
    byte[] state =
        plan.snapshot().isPresent() ? plan.snapshot().get().layer().deviceState() : new byte[0];
    return StateFile.create(run.resolve("state"), state, uid);
  }

  private Path makeTmpDisk(Path disks, int uid) throws IOException {
    Path tmp = disks.resolve(Disk.TMP.serial());
    DiskTemplate.ofSize(plan.temporaryMb(), host.cacheDirectory())
        .unpack(tmp, GuestImages.DISK_BYTES);
    Files.setPosixFilePermissions(tmp, PosixFilePermissions.fromString("rw-------"));
    Files.setAttribute(tmp, "unix:uid", uid);
    return tmp;
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

  private List<Bind> ownBinds(
      Path sockets, Path tmp, Optional<SandboxFiles> files, Optional<StateFile> state) {
    List<Bind> binds = new ArrayList<>();
    binds.add(Bind.readOnly(sockets, JailPaths.SOCKETS));
    binds.add(new Bind(tmp, Disk.TMP.jailPath(), true));
    boolean writable = plan.capturable();
    files.ifPresent(f -> binds.add(new Bind(f.directory(), JailPaths.SPARSE, writable)));
    state.ifPresent(s -> binds.add(new Bind(s.path(), JailPaths.STATE, writable)));
    return binds;
  }

  private Jail startJail(Path run, List<Bind> own, int uid) throws IOException {
    boolean kvm = plan.vm().accelerator() == Accelerator.KVM;
    List<Bind> binds = new ArrayList<>();
    binds.add(Bind.readOnly(host.lifeline(), Jail.LIFELINE));
    binds.add(Bind.readOnly(plan.images().kernel(), JailPaths.KERNEL));
    binds.add(Bind.readOnly(plan.images().initramfs(), JailPaths.INITRAMFS));
    binds.add(Bind.readOnly(plan.images().root(), Disk.ROOT.jailPath()));
    binds.add(Bind.readOnly(plan.runtime(), Disk.RUNTIME.jailPath()));
    binds.add(Bind.readOnly(plan.code(), Disk.CODE.jailPath()));
    binds.add(Bind.readOnly(host.blankDisk(), Disk.OPT.jailPath()));
    for (Bind bind : binds) {
      bind.requireReadable();
    }
    binds.addAll(own);
    List<String> command = new ArrayList<>();
    command.add(QemuProgram.of(plan.vm().accelerator()).toString());
    command.addAll(QemuArguments.render(plan.vm()));
    JailSpec spec =
        new JailSpec(
            id,
            uid,
            command,
            binds,
            ((long) plan.vm().size().memoryMb() << 20) + host.settings().jailOverhead().bytes(),
            (long) plan.temporaryMb() << 20,
            plan.cpuShares(),
            kvm);
    Path bundle = Files.createDirectory(run.resolve("bundle"));
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
