package thaw.cli.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Closed-loop load: some keep-alive connections, each with one request under way, all served by the
 * calling thread, so that the load takes as little as possible of the cores it measures on.
 */
final class Load {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long LONGEST_MICROS = PATIENCE.toMillis() * 1000;
  private static final int DIGITS = 3;

  /** Times in microseconds. */
  private final Histogram client = new Histogram(LONGEST_MICROS, DIGITS);

  private final Histogram sandbox = new Histogram(LONGEST_MICROS, DIGITS);
  private final Histogram overhead = new Histogram(LONGEST_MICROS, DIGITS);
  private boolean measuring;

  private Load() {}

  /**
   * What came of it; medians are of single requests, overhead being client less sandbox of each.
   *
   * @param seconds measured
   */
  record Result(Histogram client, Histogram sandbox, Histogram overhead, double seconds) {
    double throughputPerSecond() {
      return client.getTotalCount() / seconds;
    }
  }

  /**
   * Warms up, then measures.
   *
   * @throws IOException if an answer is an error
   */
  static Result run(
      InetSocketAddress server, byte[] request, int clients, Duration warmUp, Duration measured)
      throws IOException {
    Load load = new Load();
    try (Selector selector = Selector.open()) {
      List<LoadConnection> connections = new ArrayList<>();
      try {
        for (int i = 0; i < clients; i++) {
          LoadConnection connection = new LoadConnection(server, request);
          connections.add(connection);
          connection.register(selector);
        }
        load.answerAll(connections, selector);
        load.drive(selector, warmUp);
        load.measuring = true;
        double seconds = load.drive(selector, measured);
        return new Result(load.client, load.sandbox, load.overhead, seconds);
      } finally {
        for (LoadConnection connection : connections) {
          connection.close();
        }
      }
    }
  }

  /** One answer on each connection: every client has its sandbox afterwards. */
  private void answerAll(List<LoadConnection> connections, Selector selector) throws IOException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (connections.stream().anyMatch(connection -> connection.answers() == 0)) {
      step(selector);
      if (System.nanoTime() > deadlineNanos) {
        throw new IOException("the first answers took longer than " + PATIENCE.toSeconds() + " s");
      }
    }
  }

  private double drive(Selector selector, Duration duration) throws IOException {
    long begunNanos = System.nanoTime();
    long endNanos = begunNanos + duration.toNanos();
    while (System.nanoTime() < endNanos) {
      step(selector);
    }
    return (System.nanoTime() - begunNanos) / 1e9;
  }

  private void step(Selector selector) throws IOException {
    if (selector.select(PATIENCE.toMillis()) == 0) {
      throw new IOException("no answer within " + PATIENCE.toSeconds() + " s");
    }
    for (SelectionKey key : selector.selectedKeys()) {
      LoadConnection connection = (LoadConnection) key.attachment();
      connection.receive().filter(ignored -> measuring).ifPresent(this::record);
    }
    selector.selectedKeys().clear();
  }

  private void record(LoadConnection.Timing timing) {
    long clientMicros = Math.min(timing.clientMicros(), LONGEST_MICROS);
    long sandboxMicros = Math.min(timing.sandboxMicros(), clientMicros);
    client.recordValue(clientMicros);
    sandbox.recordValue(sandboxMicros);
    overhead.recordValue(clientMicros - sandboxMicros);
  }
}
