package thaw.worker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import thaw.agent.AgentConnection;
import thaw.agent.GuestNetwork;
import thaw.sandbox.GuestPreparation;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;

/**
 * Sandboxes for tests: the real agent as a process of this machine (over a Unix socket, without
 * mounts and cgroups) and real runtimes under it. What it lacks against a VM is the isolation.
 */
final class ProcessDriver implements SandboxDriver {
  /** Where the agent whose sandbox was last started by this thread listens for the Runtime API. */
  final ThreadLocal<Integer> port = ThreadLocal.withInitial(() -> 0);

  /** The same for the data endpoint. */
  final ThreadLocal<Integer> dataPort = ThreadLocal.withInitial(() -> 0);

  final AtomicInteger starts = new AtomicInteger();
  private final Set<ProcessSandbox> open = ConcurrentHashMap.newKeySet();

  @Override
  public String name() {
    return "process";
  }

  @Override
  public boolean hardCpuQuota() {
    return false;
  }

  @Override
  public Sandbox start(SandboxSpec spec, AgentConnection.Listener listener)
      throws SandboxException {
    try {
      Path directory = Files.createTempDirectory("worker-test");
      Path socket = directory.resolve("port");
      int runtimeApiPort = freePort();
      int dataEndpointPort = freePort();
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(socket));
        Process process =
            new ProcessBuilder(
                    AgentBinary.PATH.toString(),
                    socket.toString(),
                    String.valueOf(runtimeApiPort),
                    String.valueOf(dataEndpointPort))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        AgentConnection agent = AgentConnection.open(server.accept(), listener);
        agent.awaitHello(Duration.ofSeconds(20));
        GuestPreparation.begin(agent, Optional.empty(), spec.disks()).await();
        port.set(runtimeApiPort);
        dataPort.set(dataEndpointPort);
        ProcessSandbox sandbox =
            new ProcessSandbox("process-" + starts.incrementAndGet(), directory, process, agent);
        open.add(sandbox);
        return sandbox;
      }
    } catch (IOException e) {
      throw new SandboxException("no agent: " + e.getMessage(), e);
    }
  }

  Set<ProcessSandbox> open() {
    return Set.copyOf(open);
  }

  @Override
  public void close() {
    open().forEach(ProcessSandbox::close);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  final class ProcessSandbox implements Sandbox {
    private final String id;
    private final Path directory;
    private final Process process;
    private final AgentConnection agent;
    private final CompletableFuture<String> died = new CompletableFuture<>();

    ProcessSandbox(String id, Path directory, Process process, AgentConnection agent) {
      this.id = id;
      this.directory = directory;
      this.process = process;
      this.agent = agent;
      var _ = process.onExit().thenRun(() -> died.complete("the agent has exited"));
    }

    /** As if the VM had crashed. */
    void crash() {
      process.destroyForcibly();
    }

    /** Whether its agent is stopped. */
    boolean stopped() throws IOException {
      return Files.readString(Path.of("/proc/" + process.pid() + "/status"))
          .contains("T (stopped)");
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public AgentConnection agent() {
      return agent;
    }

    @Override
    public Optional<GuestNetwork> network() {
      return Optional.empty();
    }

    @Override
    public void pause() throws SandboxException {
      signal("STOP");
    }

    @Override
    public void resume() throws SandboxException {
      signal("CONT");
    }

    @Override
    public long residentBytes() {
      return 0;
    }

    @Override
    public CompletableFuture<String> died() {
      return died;
    }

    @Override
    public void close() {
      if (!open.remove(this)) {
        return;
      }
      agent.close();
      // The agent kills its runtime when its port is lost, which a stopped one does not see.
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      try {
        process.waitFor(20, TimeUnit.SECONDS);
        for (String name : List.of("log", "port")) {
          Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
      } catch (IOException e) {
        throw new IllegalStateException("could not clean up " + directory, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void signal(String name) throws SandboxException {
      try {
        Process kill =
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
        if (kill.waitFor() != 0) {
          throw new SandboxException(id + " cannot be sent SIG" + name);
        }
      } catch (IOException | InterruptedException e) {
        throw new SandboxException("kill: " + e.getMessage(), e);
      }
    }
  }
}
