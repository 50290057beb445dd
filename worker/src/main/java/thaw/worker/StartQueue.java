package thaw.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Starts of sandboxes, first come first served, so many at once. Named {@code worker.starts} in the
 * status. Belongs to the pool's lock; the starts themselves run on threads of their own.
 */
final class StartQueue {
  private final Deque<Start> queue = new ArrayDeque<>();
  private final int maxQueued;
  private final int maxRunning;
  private final Consumer<Start> runner;
  private int running;

  StartQueue(int maxQueued, int maxRunning, Consumer<Start> runner) {
    this.maxQueued = maxQueued;
    this.maxRunning = maxRunning;
    this.runner = runner;
  }

  boolean isFull() {
    return queue.size() >= maxQueued && running >= maxRunning;
  }

  void add(Start start) {
    queue.addLast(start);
    start.pool().queuedStarts.addLast(start);
    dispatch();
  }

  /** A start is over: the next one has its turn. */
  void finished(Start start) {
    running--;
    start.pool().runningStarts--;
    dispatch();
  }

  /** Takes a version's newest start back, which has not begun. */
  Start cancelNewest(VersionPool pool) {
    Start start = pool.queuedStarts.removeLast();
    queue.remove(start);
    return start;
  }

  int queued() {
    return queue.size();
  }

  int running() {
    return running;
  }

  private void dispatch() {
    while (running < maxRunning && !queue.isEmpty()) {
      Start start = queue.removeFirst();
      start.pool().queuedStarts.remove(start);
      start.pool().runningStarts++;
      running++;
      Thread.ofVirtual().name("sandbox-start").start(() -> runner.accept(start));
    }
  }
}
