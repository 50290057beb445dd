package thaw.worker;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;
import thaw.runtimeapi.RuntimeApi;

/** One process of a runtime, from its start to its end; a reset begins another. */
final class RuntimeLife {
  private static final long CATCH_UP_MILLIS = 1000;
  private static final int COMMAND_NOT_RUN = 126;

  private final RuntimeApi api = new RuntimeApi();
  private final CompletableFuture<Optional<ExitStatus>> exit = new CompletableFuture<>();
  private final List<OutputReader> outputs = new CopyOnWriteArrayList<>();
  private final CompletableFuture<AgentStream> carried = new CompletableFuture<>();
  private volatile Consumer<String> log;
  private volatile boolean rehearsed;

  /**
   * @param log takes the lines that it prints
   */
  RuntimeLife(Consumer<String> log) {
    this.log = log;
  }

  /** Who takes the lines that it prints from now on. */
  void logTo(Consumer<String> next) {
    log = next;
  }

  /** It has rehearsed a start: it asked restore/next again, in this life, and is not frozen. */
  void rehearsed() {
    rehearsed = true;
  }

  boolean hasRehearsed() {
    return rehearsed;
  }

  RuntimeApi api() {
    return api;
  }

  void connected(AgentStream connection) {
    if (!connection.carried() || !carried.complete(connection)) {
      api.serve(connection);
    }
  }

  /**
   * The connection on which a process that was frozen waits for its restore.
   *
   * @throws TimeoutException if there is none in time
   * @throws IOException if its sandbox is gone
   */
  AgentStream awaitCarried(long timeoutMillis)
      throws IOException, InterruptedException, TimeoutException {
    try {
      return carried.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the sandbox is gone", e);
    }
  }

  void printing(AgentStream output) {
    OutputReader reader = new OutputReader(output, line -> log.accept(line));
    outputs.add(reader);
    reader.start();
  }

  /** Its process is gone. */
  void exited(ExitStatus status) {
    exit.complete(Optional.of(status));
    api.runtimeExited();
  }

  /** Its program could not be run: as a shell would tell it. */
  void neverStarted() {
    exited(new ExitStatus(COMMAND_NOT_RUN, 0, false));
  }

  /** Its whole sandbox is gone. */
  void lost() {
    exit.complete(Optional.empty());
    carried.completeExceptionally(new IOException("the sandbox is gone"));
    api.close();
  }

  /**
   * Waits for its end.
   *
   * @return how it ended; empty if its sandbox is gone with it
   * @throws TimeoutException if it does not end in time
   */
  Optional<ExitStatus> awaitExit(long timeoutMillis) throws InterruptedException, TimeoutException {
    try {
      return exit.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("never completed so", e);
    }
  }

  boolean hasExited() {
    return exit.isDone();
  }

  /** Returns when all of its output that has arrived is logged. */
  void catchUpWithOutput() throws InterruptedException {
    for (OutputReader output : outputs) {
      output.catchUp(CATCH_UP_MILLIS);
    }
  }
}
