package thaw.microvm;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import thaw.agent.AgentConnection;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;
import thaw.agent.GuestDisk;
import thaw.agent.GuestNetwork;
import thaw.jail.CloseStack;
import thaw.jail.Jail;
import thaw.jail.NetworkPolicy;
import thaw.sandbox.Capture;
import thaw.sandbox.GuestPreparation;
import thaw.sandbox.MemoryUse;
import thaw.sandbox.PageStatistics;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxException;
import thaw.sparsefs.PageSource;

/** A running microVM. The first thing of it that ends, be it QEMU or a connection, ends it all. */
final class MicrovmSandbox implements Sandbox {
  /** The shell's convention, which the lifeline keeps: 128 + signal. */
  private static final int SIGNALLED = 128;

  private static final long END_GRACE_MILLIS = 500;

  private final String id;
  private final Jail jail;
  private final Optional<GuestNetwork> network;
  private final CloseStack undo;
  private final ReentrantLock turn = new ReentrantLock();

  /** A guest that uses no more than so much processor time in so much time has nothing to do. */
  private static final long QUIET_MICROS = 500;

  private static final long QUIET_NANOS = 50_000_000;
  private static final long QUIET_TIMEOUT_NANOS = 1_000_000_000;

  private final AtomicReference<@Nullable String> machineEnd = new AtomicReference<>();
  private final AtomicReference<@Nullable String> connectionEnd = new AtomicReference<>();
  private final CompletableFuture<String> died;
  private @Nullable AgentConnection agent;
  private @Nullable QmpClient monitor;
  private final Migration migration = new Migration();
  private final Duration monitorTimeout;
  private @Nullable Snapshots snapshots;
  private boolean paused;
  private boolean captured;

  /** What is there if memory is on the sparse file system. */
  private record Snapshots(SandboxFiles files, StateFile state) {}

  /**
   * @param monitorTimeout how long QEMU may take to answer a command
   * @param undo what close() undoes; the jail is in it
   */
  MicrovmSandbox(
      String id,
      Jail jail,
      NetworkPolicy policy,
      boolean hasNetwork,
      Duration monitorTimeout,
      CloseStack undo) {
    this.monitorTimeout = monitorTimeout;
    this.id = id;
    this.jail = jail;
    this.network = hasNetwork ? Optional.of(policy.guestNetwork()) : Optional.empty();
    this.undo = undo;
    this.died = jail.ended().thenApply(this::reason);
  }

  /** Takes over QEMU's monitor. */
  void connect(SocketChannel monitorChannel) throws IOException {
    monitor =
        QmpClient.open(
            monitorChannel,
            monitorTimeout,
            this::happened,
            reason -> {
              migration.ended(reason);
              connectionEnded(reason);
            });
    undo.push(monitor::close);
  }

  /** Takes over the connection to the agent, which may not be there yet, and speaks first. */
  void greet(SocketChannel agentChannel, AgentConnection.Listener listener) throws IOException {
    agent = AgentConnection.open(agentChannel, new EndingListener(listener));
    undo.push(agent::close);
  }

  private void happened(QmpEvent event) {
    event.death().ifPresent(why -> machineEnd.compareAndSet(null, why));
    migration.event(event);
  }

  /** Remembers what of it is on the sparse file system. */
  void keep(SandboxFiles files, StateFile state) {
    snapshots = new Snapshots(files, state);
    endWith(files);
  }

  /** Ends the sandbox when nobody serves these files any more. */
  void endWith(SandboxFiles files) {
    var _ =
        files
            .serverEnded()
            .thenRun(() -> connectionEnded("the server of the sparse file system ended"));
  }

  /** Whether QEMU answers. */
  boolean answers() {
    try {
      connected(monitor).execute("query-status", Map.of());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Does ahead what can be done before {@link #load}. */
  void prepareToLoad() throws IOException {
    migration.prepare(connected(monitor));
  }

  /** Loads the device state, which the VM waits for. */
  void load() throws IOException {
    migration.load(connected(monitor), monitorTimeout);
  }

  /** Lets a VM that has loaded its state run. */
  void run() throws IOException {
    connected(monitor).execute("cont", Map.of());
  }

  /** Asks the guest to become one of a kind and to mount disks. */
  AgentConnection.Preparation prepare(Set<GuestDisk> mounted) throws IOException {
    return GuestPreparation.begin(agent(), network, mounted);
  }

  /** Waits for the guest; if the VM ended instead, says why. */
  void awaitHello(Duration timeout) throws IOException {
    try {
      agent().awaitHello(timeout);
    } catch (IOException e) {
      connectionEnded(e.getMessage());
      jail.close();
      String why = died.join();
      String output = jail.output();
      throw new IOException(
          "the guest did not come up: " + why + (output.isEmpty() ? "" : "; QEMU wrote: " + output),
          e);
    }
  }

  /** Adds to what {@link #close} does. */
  void whenClosed(CloseStack.Step step) {
    undo.push(step);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public AgentConnection agent() {
    return connected(agent);
  }

  @Override
  public Optional<GuestNetwork> network() {
    return network;
  }

  @Override
  public void pause() throws SandboxException {
    changeTo(true);
  }

  @Override
  public void resume() throws SandboxException {
    changeTo(false);
  }

  private void changeTo(boolean wanted) throws SandboxException {
    turn.lock();
    try {
      requireNotCaptured();
      if (paused != wanted) {
        connected(monitor).execute(wanted ? "stop" : "cont", Map.of());
        paused = wanted;
      }
    } catch (SandboxException e) {
      throw e;
    } catch (IOException e) {
      throw new SandboxException(
          "sandbox " + id + " could not be " + (wanted ? "paused" : "resumed"), e);
    } finally {
      turn.unlock();
    }
  }

  private void requireNotCaptured() throws SandboxException {
    if (captured) {
      throw new SandboxException("sandbox " + id + " was captured and does not run again");
    }
  }

  /**
   * Waits, not for long, until the guest's kernel has done what it had put off: what it has not
   * done when it is captured, each clone does.
   */
  private void awaitQuiet() throws SandboxException {
    try {
      long deadline = System.nanoTime() + QUIET_TIMEOUT_NANOS;
      long before = jail.controlGroup().cpuMicros();
      while (System.nanoTime() - deadline < 0) {
        LockSupport.parkNanos(QUIET_NANOS);
        long now = jail.controlGroup().cpuMicros();
        if (now - before <= QUIET_MICROS) {
          return;
        }
        before = now;
      }
    } catch (IOException e) {
      throw new SandboxException("sandbox " + id + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Capture capture() throws SandboxException {
    Snapshots own = snapshots;
    if (own == null || !own.files.isCapturable()) {
      throw new SandboxException("sandbox " + id + " was not started to be captured");
    }
    awaitQuiet();
    pause();
    turn.lock();
    try {
      captured = true;
      migration.prepare(connected(monitor));
      migration.save(connected(monitor), monitorTimeout);
      return own.files.capture(own.state.read());
    } catch (IOException e) {
      throw new SandboxException("sandbox " + id + " could not be captured: " + e.getMessage(), e);
    } finally {
      turn.unlock();
    }
  }

  @Override
  public List<Integer> firstTouches() {
    Snapshots own = snapshots;
    return own == null ? List.of() : own.files.firstTouches();
  }

  @Override
  public PageStatistics pageStatistics() {
    Snapshots own = snapshots;
    return own == null ? PageStatistics.NONE : own.files.statistics();
  }

  @Override
  public MemoryUse memoryUse() {
    PageStatistics pages = pageStatistics();
    return new MemoryUse(
        jail.controlGroup().proportionalBytes(),
        (pages.pushed() + pages.faults()) * PageSource.PAGE_BYTES);
  }

  @Override
  public long residentBytes() {
    return jail.controlGroup().residentBytes();
  }

  @Override
  public CompletableFuture<String> died() {
    return died;
  }

  @Override
  public void close() {
    connectionEnd.compareAndSet(null, "closed");
    undo.close();
  }

  /** Ends a VM that lost a connection; one that is ending by itself may first say how. */
  private void connectionEnded(@Nullable String why) {
    if (connectionEnd.compareAndSet(null, String.valueOf(why))) {
      var _ =
          jail.ended()
              .orTimeout(END_GRACE_MILLIS, TimeUnit.MILLISECONDS)
              .whenComplete((status, stillRunning) -> jail.release());
    }
  }

  /** What QEMU said of the machine's end, else how QEMU itself ended, else why we ended it. */
  private String reason(int status) {
    String machine = machineEnd.get();
    if (machine != null) {
      return machine;
    }
    if (status > SIGNALLED) {
      int signal = status - SIGNALLED;
      return "QEMU was killed by signal "
          + signal
          + (signal == 9 ? ", possibly for using more memory than its jail has" : "");
    }
    if (status != 0) {
      return "QEMU ended with status " + status + ": " + jail.output();
    }
    String connection = connectionEnd.get();
    return connection == null ? "QEMU ended" : connection;
  }

  private static <T> T connected(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("not connected yet");
    }
    return part;
  }

  /** Passes everything on, and ends the sandbox with its connection. */
  private final class EndingListener implements AgentConnection.Listener {
    private final AgentConnection.Listener next;

    EndingListener(AgentConnection.Listener next) {
      this.next = next;
    }

    @Override
    public void connectionOpened(AgentStream stream) {
      next.connectionOpened(stream);
    }

    @Override
    public void serviceOpened(AgentStream stream) {
      next.serviceOpened(stream);
    }

    @Override
    public void outputOpened(AgentStream output) {
      next.outputOpened(output);
    }

    @Override
    public void runtimeExited(ExitStatus status) {
      next.runtimeExited(status);
    }

    @Override
    public void closed(String reason) {
      connectionEnded(reason);
      next.closed(reason);
    }
  }
}
