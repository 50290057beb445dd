package thaw.chunks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GC roots and their states, durable; and who is making something in which.
 *
 * <p>A root is changed in memory only after the file was replaced, so after a crash no more is
 * forgotten than who was making something: they died too.
 */
public final class Roots {
  private static final Logger LOG = LoggerFactory.getLogger(Roots.class);

  private final RootBook book;
  private final InstantSource clock;
  private final Map<Long, Root> roots = new TreeMap<>();
  private final Set<Creation> creations = new HashSet<>();
  private final Set<Long> draining = new HashSet<>();
  private long lastId;
  private final AtomicLong epoch = new AtomicLong();

  /**
   * Opens the roots; the first is made if there is none.
   *
   * @param file where their states are kept
   */
  public static Roots open(Path file, InstantSource clock) throws IOException {
    return open(new RootBook(file), clock);
  }

  static Roots open(RootBook book, InstantSource clock) throws IOException {
    Roots roots = new Roots(book, clock);
    RootBook.Page page = book.read();
    roots.lastId = page.lastId();
    page.roots().forEach(root -> roots.roots.put(root.id(), root));
    if (roots.in(RootState.ACTIVE).isEmpty()) {
      roots.add();
    }
    return roots;
  }

  private Roots(RootBook book, InstantSource clock) {
    this.book = book;
    this.clock = clock;
  }

  /** All roots, oldest first. */
  public synchronized List<Root> all() {
    return List.copyOf(roots.values());
  }

  synchronized List<Root> in(RootState state) {
    return roots.values().stream().filter(root -> root.state() == state).toList();
  }

  /** Roots that can be read, those first in which a live manifest should be. */
  synchronized List<Root> readable() {
    return roots.values().stream()
        .filter(root -> root.state().readable())
        .sorted(
            Comparator.comparing(Root::state).thenComparing(Root::id, Comparator.reverseOrder()))
        .toList();
  }

  synchronized boolean isExpired(long id) {
    Root root = roots.get(id);
    return root != null && root.state() == RootState.EXPIRED;
  }

  /** Whether it is there, and all that was ever made in it. */
  synchronized boolean losesNothing(long id) {
    Root root = roots.get(id);
    return root != null && (root.state() == RootState.ACTIVE || root.state() == RootState.RETIRED);
  }

  /** Changes whenever a root changes. */
  long epoch() {
    return epoch.get();
  }

  /**
   * Begins to make something.
   *
   * @param spreadBy of several active roots, equal texts get the same
   */
  public synchronized Creation create(String spreadBy) {
    List<Root> open =
        in(RootState.ACTIVE).stream().filter(root -> !draining.contains(root.id())).toList();
    Root chosen = open.get(Math.floorMod(spreadBy.hashCode(), open.size()));
    Creation creation = new Creation(this, chosen.id());
    creations.add(creation);
    return creation;
  }

  synchronized void closed(Creation creation) {
    creations.remove(creation);
    notifyAll();
  }

  /** Makes an active root. */
  synchronized Root add() throws IOException {
    Root made = new Root(lastId + 1, RootState.ACTIVE, clock.millis(), false);
    Map<Long, Root> changed = new TreeMap<>(roots);
    changed.put(made.id(), made);
    book.write(made.id(), List.copyOf(changed.values()));
    lastId = made.id();
    roots.put(made.id(), made);
    epoch.incrementAndGet();
    return made;
  }

  /**
   * Retires an active root: nothing new is made in it from now on, and what is being made is waited
   * for. The last active root is never retired.
   *
   * @return false if after this time something is still being made in it; it stays active
   */
  synchronized boolean retire(long id, Duration patience) throws IOException {
    long others =
        in(RootState.ACTIVE).stream()
            .filter(root -> root.id() != id && !draining.contains(root.id()))
            .count();
    if (others == 0) {
      throw new IllegalStateException("root " + id + " is the last active one");
    }
    draining.add(id);
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      while (creations.stream().anyMatch(creation -> creation.root() == id)) {
        long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (millis <= 0) {
          return false;
        }
        wait(millis);
      }
      become(id, RootState.RETIRED);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      draining.remove(id);
    }
  }

  /** Brings a root into another state. */
  synchronized void become(long id, RootState next) throws IOException {
    change(id, root -> root.become(next, clock.instant()));
  }

  /** Marks an expired root as deleted, unless it was read since it expired. */
  synchronized void deleteUnlessAlarmed(long id) throws IOException {
    Root root = roots.get(id);
    if (root != null && !root.alarmed()) {
      become(id, RootState.DELETED);
    }
  }

  /** A root that expired was read: it is not deleted until the operator has said so. */
  synchronized void alarm(long id) throws IOException {
    Root root = roots.get(id);
    if (root != null && root.state() == RootState.EXPIRED && !root.alarmed()) {
      LOG.error(
          "Something read root {} of the chunk store, which has expired: its deletion is stopped",
          id);
      change(id, was -> was.withAlarm(true));
    }
  }

  /**
   * Takes back an alarm: what was read is not needed, the root may be deleted.
   *
   * @throws IllegalArgumentException if there is no such root
   */
  public synchronized void clearAlarm(long id) throws IOException {
    change(id, root -> root.withAlarm(false));
  }

  /**
   * Makes an expired root a retired one again: what is live in it will be carried over.
   *
   * @throws IllegalArgumentException if there is no such root
   */
  public synchronized void reinstate(long id) throws IOException {
    become(id, RootState.RETIRED);
  }

  /** Strikes out a deleted root of which nothing is left. */
  synchronized void forget(long id) throws IOException {
    Map<Long, Root> changed = new TreeMap<>(roots);
    Root gone = changed.remove(id);
    if (gone == null || gone.state() != RootState.DELETED) {
      throw new IllegalStateException("root " + id + " is not deleted");
    }
    book.write(lastId, List.copyOf(changed.values()));
    roots.remove(id);
    epoch.incrementAndGet();
  }

  private void change(long id, UnaryOperator<Root> operator) throws IOException {
    Root root = roots.get(id);
    if (root == null) {
      throw new IllegalArgumentException("there is no root " + id);
    }
    Map<Long, Root> changed = new TreeMap<>(roots);
    changed.put(id, operator.apply(root));
    book.write(lastId, List.copyOf(changed.values()));
    roots.putAll(changed);
    epoch.incrementAndGet();
  }
}
