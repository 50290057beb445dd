package thaw.runtimeapi;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The open connections of one runtime, a bounded number. */
final class ConnectionTable {
  private final int capacity;
  private final Set<GuestConnection> open = new HashSet<>();
  private boolean closed;

  ConnectionTable(int capacity) {
    this.capacity = capacity;
  }

  /** Takes a connection in, unless the table is full or closed. */
  synchronized boolean add(GuestConnection connection) {
    return !closed && open.size() < capacity && open.add(connection);
  }

  synchronized void remove(GuestConnection connection) {
    open.remove(connection);
    notifyAll();
  }

  /**
   * Waits until no connection is open.
   *
   * @return whether it came to that in time
   */
  synchronized boolean awaitEmpty(Duration timeout) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    while (!open.isEmpty()) {
      long leftMillis = Duration.ofNanos(deadlineNanos - System.nanoTime()).toMillis();
      if (leftMillis <= 0) {
        return false;
      }
      wait(leftMillis);
    }
    return true;
  }

  /** Closes all connections but one. */
  void closeOthers(GuestConnection kept) {
    List<GuestConnection> toClose;
    synchronized (this) {
      toClose = open.stream().filter(connection -> !connection.equals(kept)).toList();
    }
    toClose.forEach(GuestConnection::close);
  }

  /** Closes all connections; from now on none is taken in. */
  void close() {
    List<GuestConnection> toClose;
    synchronized (this) {
      closed = true;
      toClose = List.copyOf(open);
    }
    toClose.forEach(GuestConnection::close);
  }
}
