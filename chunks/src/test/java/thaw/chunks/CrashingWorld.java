package thaw.chunks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks as one thread at a time, and lets a seed decide who goes on at every step: at each use
 * of the origin and each change of the roots' file. A crash can come at any step; then nothing
 * takes effect any more, and all tasks end.
 */
final class CrashingWorld {
  /** The process died. No code may catch it and go on: nothing it does has an effect. */
  static final class Crash extends Error {}

  private final Random random;
  private final Semaphore scheduler = new Semaphore(0);
  private final List<Task> tasks = new ArrayList<>();
  private @Nullable Task running;
  private boolean crashed;
  private int left;

  /** What an origin in the test's memory holds: it survives crashes. */
  final Map<ObjectName, byte[]> objects = new LinkedHashMap<>();

  /** What stands in the roots' file; it survives crashes too. */
  RootBook.Page page = new RootBook.Page(1, 0, List.of());

  CrashingWorld(Random random) {
    this.random = random;
  }

  /** What a task does. */
  @FunctionalInterface
  interface Body {
    void run() throws Exception;
  }

  private final class Task {
    private final Semaphore turn = new Semaphore(0);
    private final Thread thread;
    private boolean done;
    private @Nullable Throwable failure;

    Task(Body body) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .unstarted(() -> {
                turn.acquireUninterruptibly();
                try {
                  step();
                  body.run();
                } catch (Throwable e) {
                  failure = e;
                }
                done = true;
                scheduler.release();
              });
      thread.start();
    }
  }

  void add(Body body) {
    tasks.add(new Task(body));
  }

  /** A point at which the process may die, but, as locks are held, no other goes on. */
  void crashPoint() {
    crashed |= running != null && left-- <= 0;
    if (crashed) {
      throw new Crash();
    }
  }

  /** A point at which others may go on instead, or the process may die. */
  void step() {
    if (crashed) {
      throw new Crash();
    }
    Task self = running;
    if (self == null) {
      return; // the test itself looks at the world
    }
    scheduler.release();
    self.turn.acquireUninterruptibly();
    if (crashed) {
      throw new Crash();
    }
  }

  /**
   * Runs all tasks to their end, or to a crash.
   *
   * @param crashAfter steps until the process dies
   * @return whether it died
   */
  boolean run(int crashAfter) {
    left = crashAfter;
    while (true) {
      List<Task> ready = tasks.stream().filter(task -> !task.done).toList();
      if (ready.isEmpty()) {
        break;
      }
      crashed |= left-- <= 0;
      running = ready.get(random.nextInt(ready.size()));
      running.turn.release();
      scheduler.acquireUninterruptibly();
    }
    running = null;
    boolean died = crashed;
    for (Task task : tasks) {
      if (task.failure != null && !isCrash(task.failure)) {
        throw new AssertionError("a task failed", task.failure);
      }
    }
    tasks.clear();
    crashed = false;
    return died;
  }

  private static boolean isCrash(@Nullable Throwable failure) {
    return failure instanceof Crash || (failure != null && isCrash(failure.getCause()));
  }

  /** The roots' file, without a disk: it is the order of its changes that is tested. */
  final class Book extends RootBook {
    Book() {
      super(Path.of("nowhere"));
    }

    @Override
    Page read() {
      return page;
    }

    @Override
    void write(long lastId, List<Root> roots) {
      crashPoint();
      page = new Page(1, lastId, roots);
      crashPoint();
    }
  }

  /** The origin; deleting a root takes a step for each object. */
  final class MemoryOrigin implements Origin {
    @Override
    public void put(ObjectName name, byte[] bytes) {
      step();
      objects.putIfAbsent(name, bytes.clone());
      step();
    }

    @Override
    public Optional<byte[]> get(ObjectName name) {
      step();
      return Optional.ofNullable(objects.get(name)).map(byte[]::clone);
    }

    @Override
    public boolean contains(ObjectName name) {
      step();
      return objects.containsKey(name);
    }

    @Override
    public boolean carryOver(ObjectName name, long toRoot) {
      step();
      byte[] found = objects.get(name);
      if (found != null) {
        objects.putIfAbsent(name.in(toRoot), found);
      }
      step();
      return found != null;
    }

    @Override
    public void list(long root, ObjectName.Kind kind, Consumer<Hash> visitor) {
      step();
      List.copyOf(objects.keySet()).stream()
          .filter(name -> name.root() == root && name.kind() == kind)
          .map(ObjectName::hash)
          .forEach(visitor);
    }

    @Override
    public void delete(ObjectName name) {
      step();
      objects.remove(name);
    }

    @Override
    public void deleteRoot(long root) {
      List<ObjectName> names =
          objects.keySet().stream().filter(name -> name.root() == root).toList();
      for (ObjectName name : names) {
        step();
        objects.remove(name);
      }
      step();
    }

    @Override
    public byte[] claim(byte[] mark) {
      return mark.clone();
    }

    @Override
    public String place() {
      return "memory";
    }

    @Override
    public void close() {}
  }
}
