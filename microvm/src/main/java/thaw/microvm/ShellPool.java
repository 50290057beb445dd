package thaw.microvm;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.sandbox.SandboxException;

/**
 * Shells that wait for the next resume, by kind (VM size, with or without network). A kind gets
 * some when it is first asked for, or expected, and loses them when it was not for a while. One
 * thread makes them one after the other, so that filling the pool never takes more than a
 * processor. It lets resumes that are under way end first: somebody waits for those.
 *
 * <p>A shell that dies in here is dropped and replaced; one that cannot be made is tried again when
 * its kind is next asked for.
 */
final class ShellPool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ShellPool.class);

  /** Makes a shell; the driver's way of doing so. */
  interface Maker {
    Shell make(VmOptions kind) throws SandboxException;
  }

  private final Maker maker;
  private final MicrovmSettings settings;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<VmOptions, Shelf> shelves = new HashMap<>();
  private final Set<Resume> underWay = new HashSet<>();
  private final Thread thread;
  private boolean making;
  private boolean closed;

  /** A resume that is under way until this is closed. */
  final class Resume implements AutoCloseable {
    private Resume() {}

    @Override
    public void close() {
      lock.lock();
      try {
        underWay.remove(this);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private static final class Shelf {
    final Deque<Shell> ready = new ArrayDeque<>();
    final StartRate rate;
    long lastWanted;
    boolean failed;
    long taken;
    long missed;

    Shelf(long now) {
      rate = new StartRate(now);
    }
  }

  ShellPool(MicrovmSettings settings, Maker maker) {
    this.settings = settings;
    this.maker = maker;
    thread = Thread.ofPlatform().name("shells").daemon().start(this::fill);
  }

  /**
   * Says that a resume begins. No shell whose making comes up meanwhile is begun before it is over.
   */
  Resume resuming() {
    lock.lock();
    try {
      Resume resume = new Resume();
      underWay.add(resume);
      return resume;
    } finally {
      lock.unlock();
    }
  }

  /** A living shell, if one waits; the caller owns it. Counts as demand for the kind either way. */
  Optional<Shell> take(VmOptions kind) {
    boolean wanted = true;
    for (Optional<Shell> next = poll(kind, wanted); next.isPresent(); next = poll(kind, wanted)) {
      if (next.get().isAlive()) {
        return next;
      }
      wanted = false;
      next.get().close();
    }
    return Optional.empty();
  }

  /** Has as many wait as at least do of a kind in use, without having been asked for one. */
  void expect(VmOptions kind) {
    lock.lock();
    try {
      if (!closed && settings.shellsMax() > 0) {
        long now = System.nanoTime();
        shelves.computeIfAbsent(kind, key -> new Shelf(now)).lastWanted = now;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private Optional<Shell> poll(VmOptions kind, boolean wanted) {
    lock.lock();
    try {
      if (closed || settings.shellsMax() == 0) {
        return Optional.empty();
      }
      long now = System.nanoTime();
      Shelf shelf = shelves.computeIfAbsent(kind, key -> new Shelf(now));
      if (wanted) {
        shelf.rate.wanted(now);
      }
      shelf.lastWanted = now;
      shelf.failed = false;
      changed.signalAll();
      Optional<Shell> next = Optional.ofNullable(shelf.ready.poll());
      if (next.isPresent()) {
        shelf.taken++;
      } else {
        shelf.missed++;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void fill() {
    try {
      fillUntilClosed();
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; if somebody does it is to end.
    }
  }

  private void fillUntilClosed() throws InterruptedException {
    while (true) {
      List<Shell> surplus = new ArrayList<>();
      Optional<VmOptions> kind;
      boolean over;
      lock.lock();
      try {
        making = false;
        changed.signalAll();
        kind = lacking(System.nanoTime());
        removeSurplus(System.nanoTime(), surplus);
        while (!closed && kind.isEmpty() && surplus.isEmpty()) {
          // Until something happens, or a kind may have gone out of use.
          var _ = changed.awaitNanos(settings.shellIdleTimeout().toNanos());
          kind = lacking(System.nanoTime());
          removeSurplus(System.nanoTime(), surplus);
        }
        over = closed;
        making = !over && kind.isPresent();
      } finally {
        lock.unlock();
      }
      surplus.forEach(Shell::close);
      if (over) {
        return;
      }
      if (kind.isPresent()) {
        make(kind.get());
      }
    }
  }

  private Optional<VmOptions> lacking(long now) {
    for (Map.Entry<VmOptions, Shelf> entry : shelves.entrySet()) {
      Shelf shelf = entry.getValue();
      if (!shelf.failed && shelf.ready.size() < target(shelf, now)) {
        return Optional.of(entry.getKey());
      }
    }
    return Optional.empty();
  }

  private int target(Shelf shelf, long now) {
    if (now - shelf.lastWanted >= settings.shellIdleTimeout().toNanos()) {
      return 0;
    }
    long byLaw = Math.round(shelf.rate.wantedWhileMaking(now));
    return Math.toIntExact(Math.min(Math.max(byLaw, settings.shellsMin()), settings.shellsMax()));
  }

  private void removeSurplus(long now, List<Shell> surplus) {
    for (Shelf shelf : shelves.values()) {
      shelf.ready.removeIf(shell -> shell.isDead() && surplus.add(shell));
      // One more than wanted is kept: the wanted number swings about a half.
      int keep = target(shelf, now) == 0 ? 0 : target(shelf, now) + 1;
      while (shelf.ready.size() > keep) {
        surplus.add(shelf.ready.removeLast());
      }
    }
  }

  /** Waits for resumes that have begun; those that begin meanwhile do not make it longer. */
  private void awaitResumes() throws InterruptedException {
    lock.lock();
    try {
      Set<Resume> before = Set.copyOf(underWay);
      while (!closed && before.stream().anyMatch(underWay::contains)) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void make(VmOptions kind) throws InterruptedException {
    long start = System.nanoTime();
    awaitResumes();
    Shell shell = null;
    try {
      shell = maker.make(kind);
      shell.whenDead(this::wake);
    } catch (SandboxException | RuntimeException e) {
      log.warn("cannot make a shell: {}", e.toString());
    }
    lock.lock();
    try {
      Shelf shelf = shelves.get(kind);
      if (shelf != null && shell == null) {
        shelf.failed = true;
      } else if (shelf != null && shell != null && !closed) {
        shelf.rate.made(Duration.ofNanos(System.nanoTime() - start));
        shelf.ready.add(shell);
        shell = null;
      }
    } finally {
      lock.unlock();
    }
    if (shell != null) {
      shell.close();
    }
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns when nothing is being made and nothing is missing; for tests. */
  void awaitFull() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && (making || lacking(System.nanoTime()).isPresent())) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What it is doing, by names for metrics; summed over all kinds. */
  Map<String, Double> gauges() {
    lock.lock();
    try {
      long now = System.nanoTime();
      Map<String, Double> gauges = new HashMap<>();
      for (Shelf shelf : shelves.values()) {
        gauges.merge("shellsReady", (double) shelf.ready.size(), Double::sum);
        gauges.merge("shellsWanted", (double) target(shelf, now), Double::sum);
        gauges.merge("shellsTaken", (double) shelf.taken, Double::sum);
        gauges.merge("shellsMissed", (double) shelf.missed, Double::sum);
        gauges.merge("resumesPerSecond", shelf.rate.perSecond(now), Double::sum);
        gauges.merge("shellStartMillis", shelf.rate.makingMillis(), Double::max);
      }
      return gauges;
    } finally {
      lock.unlock();
    }
  }

  /** Names of the shells that wait. */
  List<String> ids() {
    lock.lock();
    try {
      return shelves.values().stream().flatMap(s -> s.ready.stream()).map(Shell::id).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Ends them all; returns when nothing of them is left. */
  @Override
  public void close() {
    List<Shell> all = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      shelves.values().forEach(shelf -> all.addAll(shelf.ready));
      shelves.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    all.forEach(Shell::close);
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
