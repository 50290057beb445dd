package thaw.e2e;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import thaw.agent.AgentConnection;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;

/** A driver that several workers use, one after the other, and that knows what they started. */
final class KeptDriver implements SandboxDriver {
  private final SandboxDriver driver;
  private final List<SandboxSpec> started = new CopyOnWriteArrayList<>();
  private final AtomicInteger starting = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();

  KeptDriver(SandboxDriver driver) {
    this.driver = driver;
  }

  /** What was started since {@link #forget}, in order. */
  List<SandboxSpec> started() {
    return List.copyOf(started);
  }

  /** How many starts there were at once at most since {@link #forget}. */
  int mostAtOnce() {
    return mostAtOnce.get();
  }

  void forget() {
    started.clear();
    mostAtOnce.set(0);
  }

  @Override
  public Sandbox start(SandboxSpec spec, AgentConnection.Listener listener)
      throws SandboxException {
    started.add(spec);
    mostAtOnce.accumulateAndGet(starting.incrementAndGet(), Math::max);
    try {
      return driver.start(spec, listener);
    } finally {
      starting.decrementAndGet();
    }
  }

  @Override
  public String name() {
    return driver.name();
  }

  @Override
  public boolean hardCpuQuota() {
    return driver.hardCpuQuota();
  }

  @Override
  public Optional<Map<String, String>> snapshotIdentity(int memorySizeMb) throws SandboxException {
    return driver.snapshotIdentity(memorySizeMb);
  }

  @Override
  public Map<String, Double> gauges() {
    return driver.gauges();
  }

  /** The worker that closes it is not the last. */
  @Override
  public void close() {}

  void end() {
    driver.close();
  }
}
