package thaw.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import thaw.model.FunctionVersion;
import thaw.worker.SnapshotSettings.StartDepth;

/**
 * Guests that stand by for the next start, by the layer that they were resumed from. A layer gets
 * some once starts go on from it (one of a single function once a second start does), and loses
 * them when none has for a while, or the host is short of memory. One thread makes them, one after
 * the other, when no start is under way.
 */
final class StandbyPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StandbyPool.class);

  /** Longest wait for starts to be over: where they always overlap there would be none. */
  private static final long STARTS_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A layer that was wanted within this share of the time was so lately. */
  private static final int LATELY_SHARE = 10;

  /** Makes a guest; see {@link StandbyMaker#make}. */
  interface Maker {
    Optional<StandbyGuest> make(FunctionVersion function, StartDepth depth) throws Exception;
  }

  private final int perLayer;
  private final int max;
  private final long idleNanos;
  private final Maker maker;
  private final BooleanSupplier shortOfMemory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** By the layer's id, the one that was wanted last at the end. */
  private final SequencedMap<String, Kind> kinds = new LinkedHashMap<>();

  private final Thread thread;
  private int startsUnderWay;
  private long taken;
  private long missed;
  private boolean making;
  private volatile boolean closed;

  private static final class Kind {
    final StartDepth depth;
    final Deque<StandbyGuest> ready = new ArrayDeque<>();
    FunctionVersion function;
    int starts;
    long lastWanted;
    boolean failed;

    Kind(FunctionVersion function, StartDepth depth) {
      this.function = function;
      this.depth = depth;
    }

    boolean isWorthIt() {
      return starts > 1 || depth == StartDepth.RUNTIME;
    }
  }

  /** A start that is under way until this is closed. */
  final class Starting implements AutoCloseable {
    private Starting() {}

    @Override
    public void close() {
      change(() -> startsUnderWay--);
    }
  }

  /**
   * @param perLayer how many of a layer; 0 for none at all
   * @param max how many of all layers
   * @param idle how long a layer has them after it was last wanted
   */
  StandbyPool(int perLayer, int max, Duration idle, Maker maker, BooleanSupplier shortOfMemory) {
    this.perLayer = perLayer;
    this.max = max;
    this.idleNanos = idle.toNanos();
    this.maker = maker;
    this.shortOfMemory = shortOfMemory;
    thread = Thread.ofPlatform().name("standbys").daemon().start(this::run);
  }

  /** Says that a start begins. */
  Starting starting() {
    change(() -> startsUnderWay++);
    return new Starting();
  }

  /** One that lives, if there is one of the point's layer; the caller owns it. */
  Optional<StandbyGuest> take(FunctionVersion function, StartPoint point) {
    if (hasNone(function, point)) {
      return Optional.empty();
    }
    List<StandbyGuest> useless = new ArrayList<>();
    StandbyGuest found = null;
    lock.lock();
    try {
      Kind kind = kinds.get(point.layer().get().id());
      while (kind != null && found == null && !kind.ready.isEmpty()) {
        StandbyGuest next = kind.ready.removeFirst();
        if (next.serves(function, point)) {
          found = next;
        } else {
          useless.add(next);
        }
      }
      if (found == null) {
        missed++;
      } else {
        taken++;
      }
    } finally {
      lock.unlock();
    }
    useless.forEach(StandbyGuest::close);
    return Optional.ofNullable(found);
  }

  private boolean hasNone(FunctionVersion function, StartPoint point) {
    return perLayer == 0 || point.layer().isEmpty() || StandbyMaker.isLeftToStarts(function, point);
  }

  /** A start of a function went on from there: the next one may find a guest that stands by. */
  void wanted(FunctionVersion function, StartPoint point) {
    if (hasNone(function, point)) {
      return;
    }
    String id = point.layer().get().id();
    change(() -> {
      Kind kind = kinds.computeIfAbsent(id, key -> new Kind(function, point.depth()));
      kinds.putLast(id, kind);
      kind.function = function;
      kind.starts++;
      kind.lastWanted = System.nanoTime();
      kind.failed = false;
    });
  }

  /** Ends those of functions that are gone or have changed. */
  void forget(Predicate<FunctionVersion> which) {
    List<StandbyGuest> useless = new ArrayList<>();
    change(() -> {
      for (Kind kind : List.copyOf(kinds.values())) {
        if (kind.depth != StartDepth.RUNTIME && which.test(kind.function)) {
          useless.addAll(kind.ready);
          kinds.values().remove(kind);
        }
      }
    });
    useless.forEach(StandbyGuest::close);
  }

  /** Ends them all: their memory is needed. */
  void relieve() {
    List<StandbyGuest> useless = new ArrayList<>();
    change(() -> {
      kinds.values().forEach(kind -> useless.addAll(kind.ready));
      kinds.clear();
    });
    useless.forEach(StandbyGuest::close);
  }

  private void change(Runnable how) {
    lock.lock();
    try {
      how.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What is to be done next: guests to be ended, and then one to be made. */
  private record Round(List<StandbyGuest> useless, Optional<Kind> next) {}

  private void run() {
    try {
      while (true) {
        Round round = nextRound();
        round.useless.forEach(StandbyGuest::close);
        if (round.next.isPresent()) {
          make(round.next.get());
        } else if (round.useless.isEmpty()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("closed while a guest was being made to stand by");
    }
  }

  /** Waits until there is something to do; with nothing in it when the pool is closed. */
  private Round nextRound() throws InterruptedException {
    lock.lock();
    try {
      long lackingSince = 0;
      while (true) {
        making = false;
        long now = System.nanoTime();
        List<StandbyGuest> useless = closed ? List.of() : takeUseless(now);
        if (closed || !useless.isEmpty()) {
          return new Round(useless, Optional.empty());
        }
        Optional<Kind> next = lacking();
        if (next.isEmpty()) {
          lackingSince = 0;
          var _ = changed.awaitNanos(idleNanos);
          continue;
        }
        lackingSince = lackingSince == 0 ? now : lackingSince;
        long left = STARTS_NANOS - (now - lackingSince);
        if (startsUnderWay > 0 && left > 0) {
          var _ = changed.awaitNanos(left);
          continue;
        }
        making = true;
        return new Round(makeRoom(), next);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Those that died, and those of layers that nobody has wanted for a while. */
  private List<StandbyGuest> takeUseless(long now) {
    List<StandbyGuest> useless = new ArrayList<>();
    for (Kind kind : kinds.values()) {
      boolean idle = now - kind.lastWanted >= idleNanos;
      kind.ready.removeIf(guest -> (idle || guest.standby().isDead()) && useless.add(guest));
    }
    kinds.values().removeIf(kind -> now - kind.lastWanted >= idleNanos);
    return useless;
  }

  /** The layer that was wanted last of those that have too few, if there is room. */
  private Optional<Kind> lacking() {
    if (shortOfMemory.getAsBoolean()) {
      return Optional.empty();
    }
    return kinds.sequencedValues().reversed().stream()
        .filter(kind -> kind.isWorthIt() && !kind.failed && kind.ready.size() < perLayer)
        .findFirst()
        .filter(kind -> ready() < max || (isOfLate(kind) && dispensable().isPresent()));
  }

  private int ready() {
    return kinds.values().stream().mapToInt(kind -> kind.ready.size()).sum();
  }

  /** Only who was wanted lately gets others' room, so that nobody takes it from one another. */
  private boolean isOfLate(Kind kind) {
    return System.nanoTime() - kind.lastWanted <= idleNanos / LATELY_SHARE;
  }

  private Optional<Kind> dispensable() {
    return kinds.values().stream()
        .filter(kind -> !kind.ready.isEmpty() && !isOfLate(kind))
        .findFirst();
  }

  private List<StandbyGuest> makeRoom() {
    return ready() < max
        ? List.of()
        : dispensable().map(kind -> List.of(kind.ready.removeFirst())).orElse(List.of());
  }

  private void make(Kind kind) throws InterruptedException {
    Optional<StandbyGuest> made = Optional.empty();
    try {
      made = maker.make(kind.function, kind.depth);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      String function = kind.function.name();
      LOG.atLevel(closed ? Level.DEBUG : Level.WARN)
          .log("no guest stands by for {}: {}", function, e.toString());
    }
    Optional<StandbyGuest> useless = made;
    lock.lock();
    try {
      if (made.isEmpty()) {
        kind.failed = true;
      } else if (!closed && kinds.containsValue(kind)) {
        kind.ready.add(made.get());
        var _ = made.get().standby().died().thenRun(() -> change(() -> {}));
        useless = Optional.empty();
      }
    } finally {
      lock.unlock();
    }
    useless.ifPresent(StandbyGuest::close);
  }

  /** What it is doing, by names for metrics. */
  Map<String, Double> gauges() {
    lock.lock();
    try {
      boolean busy = making || lacking().isPresent();
      return Map.of(
          "standbysReady", (double) ready(),
          "standbysPending", busy ? 1.0 : 0.0,
          "standbysTaken", (double) taken,
          "standbysMissed", (double) missed);
    } finally {
      lock.unlock();
    }
  }

  /** Makes no more. */
  void shutDown() {
    change(() -> closed = true);
  }

  /** Ends them all; the driver is closed, so that none is being made for long. */
  @Override
  public void close() {
    shutDown();
    relieve();
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
