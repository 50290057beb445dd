package thaw.container;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import thaw.agent.AgentConnection;
import thaw.jail.Awaiting;
import thaw.jail.CloseStack;
import thaw.jail.DiskTemplate;
import thaw.jail.FrameFilter;
import thaw.jail.Jail;
import thaw.jail.NetworkRelay;
import thaw.jail.OneConnection;
import thaw.jail.Passt;
import thaw.jail.Trees;
import thaw.sandbox.GuestPreparation;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;

/** Starts one container, step by step; what was made before a step failed is undone. */
final class ContainerStarter {
  /** AWS: a function has one vCPU's worth of time per 1,769 MB. */
  private static final double MB_PER_VCPU = 1_769;

  /** Weight beside the hard limit: the smallest function's is an ordinary process's. */
  private static final long CPU_SHARES_PER_MB = 8;

  private final Host host;
  private final List<Path> lower;
  private final SandboxSpec spec;
  private final String id;
  private final CloseStack undo = new CloseStack();

  /**
   * @param lower images that the root is made of, the topmost first
   */
  ContainerStarter(Host host, List<Path> lower, SandboxSpec spec) {
    this.host = host;
    this.lower = lower;
    this.spec = spec;
    this.id = host.instance().nextSandboxId();
  }

  ContainerSandbox start(AgentConnection.Listener listener) throws SandboxException {
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

  private ContainerSandbox startOrThrow(AgentConnection.Listener listener) throws IOException {
    int uid = takeUid();
    int functionUid = takeUid();
    Path run = Host.open(host.instance().createRunDirectory(id));
    undo.push(() -> Trees.delete(run));
    List<Path> trees = new ArrayList<>();
    trees.add(spec.codeIsRoot() ? host.imageSkeleton() : host.skeleton());
    for (Path image : lower) {
      trees.add(host.mounts().image(image, undo));
    }
    Path root = host.mounts().overlay(undo, trees);
    Optional<Path> code =
        spec.codeIsRoot()
            ? Optional.empty()
            : Optional.of(host.mounts().image(spec.codeImage().orElseThrow().file(), undo));
    Optional<Path> opt =
        spec.optImage().isPresent()
            ? Optional.of(host.mounts().image(spec.optImage().get().file(), undo))
            : Optional.empty();
    Path sockets = Files.createDirectory(run.resolve("s"));
    Files.setAttribute(sockets, "unix:gid", uid);
    Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxr-x---"));
    OneConnection agent = listen(sockets, ContainerConfig.AGENT_SOCKET, uid);
    Optional<OneConnection> nic =
        spec.network()
            ? Optional.of(listen(sockets, ContainerConfig.NETWORK_SOCKET, uid))
            : Optional.empty();
    Optional<Passt> passt = spec.network() ? Optional.of(startPasst(run)) : Optional.empty();
    ContainerConfig config =
        new ContainerConfig(
            id,
            uid,
            functionUid,
            host.agent(),
            root,
            code,
            opt,
            temporary(run),
            etc(run, uid),
            sockets,
            spec.network() ? Optional.of(host.tun()) : Optional.empty(),
            (long) spec.memorySizeMb() << 20,
            CPU_SHARES_PER_MB * spec.memorySizeMb(),
            host.settings().processesMax());

    Path bundle = Files.createDirectory(run.resolve("bundle"));
    Jail jail =
        Jail.start(
            id, config.oci(), bundle, host.instance().runcState(), host.namespace().within());
    undo.push(jail::close);
    ContainerSandbox sandbox =
        new ContainerSandbox(
            jail,
            spec.network() ? Optional.of(host.policy().guestNetwork()) : Optional.empty(),
            undo);
    if (nic.isPresent() && passt.isPresent()) {
      SocketChannel frames = accept(nic.get(), jail);
      NetworkRelay relay =
          NetworkRelay.start(id, frames, passt.get().frames(), new FrameFilter(host.policy()));
      undo.push(relay::close);
    }
    sandbox.connect(accept(agent, jail), listener);
    sandbox.awaitHello(host.settings().startTimeout());
    GuestPreparation.begin(sandbox.agent(), sandbox.network(), spec.disks()).await();
    jail.limitCpu(spec.memorySizeMb() / MB_PER_VCPU);
    return sandbox;
  }

  private int takeUid() throws IOException {
    int uid = host.uids().take();
    undo.push(() -> host.uids().giveBack(uid));
    return uid;
  }

  private OneConnection listen(Path sockets, String name, int uid) throws IOException {
    OneConnection one = OneConnection.listen(sockets.resolve(name), uid);
    undo.push(one::close);
    return one;
  }

  private Passt startPasst(Path run) throws IOException {
    Passt passt = Passt.start(host.dial(), run.resolve("passt"), takeUid());
    undo.push(passt::close);
    return passt;
  }

  /** A file system of the function's own size, whose pages are not counted as its memory. */
  private Path temporary(Path run) throws IOException {
    Path disks = host.instance().createDiskDirectory(id);
    undo.push(() -> Trees.delete(disks));
    Path disk = disks.resolve("tmp");
    DiskTemplate.ofSize(spec.ephemeralStorageMb(), host.cacheDirectory())
        .unpack(disk, (long) spec.ephemeralStorageMb() << 20);
    Path mounted = Files.createDirectory(run.resolve("tmp"));
    host.namespace().mount("ext4", "loop,nosuid,nodev", disk.toString(), mounted);
    undo.push(() -> host.namespace().unmount(mounted));
    return mounted;
  }

  private static Path etc(Path run, int uid) throws IOException {
    Path etc = Files.createDirectory(run.resolve("etc"));
    for (String name : ContainerConfig.ETC_FILES) {
      Path file = Files.createFile(etc.resolve(name));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      Files.setAttribute(file, "unix:uid", uid);
    }
    return etc;
  }

  private SocketChannel accept(OneConnection one, Jail jail) throws IOException {
    CompletableFuture<SocketChannel> accepted = one.accepted();
    Awaiting.result(
        CompletableFuture.anyOf(accepted, jail.ended()),
        host.settings().startTimeout(),
        "the agent's connection");
    if (!accepted.isDone()) {
      throw new IOException("the container did not start: " + jail.output());
    }
    SocketChannel channel = accepted.join();
    undo.push(channel::close);
    return channel;
  }
}
