package thaw.container;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.agent.AgentConnection;
import thaw.guest.GuestImages;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;

/**
 * Makes containers, for trusted code on one's own machine. All of them share the host's kernel, so
 * they are no boundary between tenants (docs/container.md).
 */
public final class ContainerDriver implements SandboxDriver {
  private static final Logger log = LoggerFactory.getLogger(ContainerDriver.class);

  private final Host host;
  private volatile GuestImages images;
  private final Set<ContainerSandbox> live = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private ContainerDriver(Host host, GuestImages images) {
    this.host = host;
    this.images = images;
  }

  /**
   * Removes what killed predecessors left on this host, and makes ready.
   *
   * @param diskDirectory where sandboxes' own disks go
   * @param cacheDirectory what may be kept between starts and made again at any time
   * @throws IOException if a directory cannot be used or a program is missing
   */
  public static ContainerDriver open(
      ContainerSettings settings, Path diskDirectory, Path cacheDirectory, GuestImages images)
      throws IOException {
    Host host = Host.open(settings, diskDirectory, cacheDirectory);
    log.warn(
        "functions run in containers, which share this host's kernel: run only code that you trust");
    return new ContainerDriver(host, images);
  }

  /** Starts sandboxes of these images from now on: a runtime was added to them. */
  public void use(GuestImages others) {
    images = others;
  }

  @Override
  public String name() {
    return "container";
  }

  @Override
  public boolean hardCpuQuota() {
    return true;
  }

  @Override
  public Sandbox start(SandboxSpec spec, AgentConnection.Listener listener)
      throws SandboxException {
    if (spec.capturable() || !(spec.origin() instanceof SandboxOrigin.Boot)) {
      throw new SandboxException("containers have no snapshots");
    }
    ContainerSandbox sandbox = new ContainerStarter(host, lower(spec), spec).start(listener);
    live.add(sandbox);
    sandbox.whenClosed(() -> live.remove(sandbox));
    if (closed) {
      sandbox.close();
      throw new SandboxException("the driver is closed");
    }
    return sandbox;
  }

  /** What a sandbox's root is made of, the topmost first. */
  private List<Path> lower(SandboxSpec spec) throws SandboxException {
    if (!spec.codeIsRoot()) {
      return List.of(runtime(spec), images.root());
    }
    try {
      return List.of(spec.codeImage().orElseThrow().file());
    } catch (IOException e) {
      throw new SandboxException("no disk of the image: " + e.getMessage(), e);
    }
  }

  private Path runtime(SandboxSpec spec) throws SandboxException {
    String name = spec.runtime().orElse("none");
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
  public void close() {
    closed = true;
    live.forEach(ContainerSandbox::close);
    try {
      host.close();
    } catch (IOException e) {
      log.warn("could not remove all of the driver's directories", e);
    }
  }
}
