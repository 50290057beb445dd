package thaw.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.sandbox.SandboxException;

/** Guests without a VM; how many may start is given by permits. */
final class FakeGuests implements GuestStarter {
  final Semaphore permits = new Semaphore(0);
  final AtomicInteger starting = new AtomicInteger();
  final AtomicInteger mostStarting = new AtomicInteger();
  final List<FakeGuest> all = new CopyOnWriteArrayList<>();
  final List<String> startOrder = new CopyOnWriteArrayList<>();
  final AtomicBoolean broken = new AtomicBoolean();

  @Override
  public Guest start(PooledSandbox sandbox, Runnable onDeath) throws SandboxException {
    mostStarting.accumulateAndGet(starting.incrementAndGet(), Math::max);
    startOrder.add(sandbox.function.name());
    try {
      permits.acquireUninterruptibly();
      if (broken.get()) {
        throw new SandboxException("broken on purpose");
      }
      FakeGuest guest = new FakeGuest("guest-" + all.size(), onDeath);
      all.add(guest);
      return guest;
    } finally {
      starting.decrementAndGet();
    }
  }

  List<FakeGuest> open() {
    List<FakeGuest> open = new ArrayList<>(all);
    open.removeIf(guest -> guest.closed.get());
    return open;
  }

  static final class FakeGuest implements Guest {
    final AtomicBoolean closed = new AtomicBoolean();
    final AtomicBoolean needsReset = new AtomicBoolean();
    final AtomicInteger pauses = new AtomicInteger();
    final AtomicInteger resumes = new AtomicInteger();
    final Runnable onDeath;
    private final String id;

    FakeGuest(String id, Runnable onDeath) {
      this.id = id;
      this.onDeath = onDeath;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public boolean needsReset() {
      return needsReset.get();
    }

    @Override
    public InvocationResult serve(Invocation invocation, Lease lease) {
      throw new UnsupportedOperationException("the pool never serves");
    }

    @Override
    public void pause() {
      pauses.incrementAndGet();
    }

    @Override
    public void resume() {
      resumes.incrementAndGet();
    }

    @Override
    public long residentBytes() {
      return 0;
    }

    @Override
    public void close() {
      closed.set(true);
    }
  }
}
