package thaw.configuration;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import thaw.model.FunctionReference;

/**
 * Functions in the database, and the cache of them. Writers take turns: a write is committed and in
 * the cache before the next one begins. Readers of the database wait for that too, so that nobody
 * who was told of a change finds invocations still served as before it; invocations take no lock.
 */
final class FunctionStore {
  private final Jdbi writer;
  private final Jdbi reader;
  private final FunctionCache cache;
  private final Duration wait;
  private final ReentrantReadWriteLock turns = new ReentrantReadWriteLock(true);

  FunctionStore(Database database, FunctionCache cache, Duration wait) {
    this.writer = database.writer();
    this.reader = database.reader();
    this.cache = cache;
    this.wait = wait;
  }

  /** Fills the cache. */
  List<FunctionRow> load() {
    List<FunctionRow> rows = read(FunctionTable::all);
    rows.forEach(cache::put);
    return rows;
  }

  FunctionRow get(FunctionReference function) {
    return find(function.requireLatest().accountId(), function.name())
        .orElseThrow(function::notFound);
  }

  Optional<FunctionRow> find(String accountId, String name) {
    return read(handle -> FunctionTable.find(handle, accountId, name));
  }

  List<FunctionRow> page(String accountId, String after, int limit) {
    return read(handle -> FunctionTable.page(handle, accountId, after, limit));
  }

  Set<String> codeInUse() {
    return read(FunctionTable::codeInUse);
  }

  void insert(FunctionReference function, FunctionRow row) {
    write(
        handle -> {
          if (!FunctionTable.insert(handle, row)) {
            throw FunctionErrors.alreadyExists(function);
          }
          return row;
        },
        cache::put);
  }

  /** Replaces a function by what becomes of its present row, which the change may also refuse. */
  FunctionRow update(FunctionReference function, UnaryOperator<FunctionRow> change) {
    return write(
        handle -> {
          FunctionRow now =
              FunctionTable.find(handle, function.accountId(), function.name())
                  .orElseThrow(function::notFound);
          FunctionRow next = change.apply(now);
          FunctionTable.update(handle, next, now.revisionId());
          return next;
        },
        cache::put);
  }

  /** Replaces a function unless it has changed or gone since its revision was this. */
  void updateIfStill(String revisionId, FunctionRow next) {
    write(
        handle ->
            FunctionTable.update(handle, next, revisionId)
                ? Optional.of(next)
                : Optional.<FunctionRow>empty(),
        row -> row.ifPresent(cache::put));
  }

  void delete(FunctionReference function) {
    write(
        handle -> {
          if (!FunctionTable.delete(handle, function.accountId(), function.name())) {
            throw function.notFound();
          }
          return function;
        },
        gone -> cache.remove(gone.accountId(), gone.name()));
  }

  private <T> T write(
      org.jdbi.v3.core.HandleCallback<T, RuntimeException> change,
      java.util.function.Consumer<T> committed) {
    lock(turns.writeLock());
    try {
      T result = writer.inTransaction(change);
      committed.accept(result);
      return result;
    } catch (JdbiException e) {
      throw FunctionErrors.service("The database of functions cannot be written", e);
    } finally {
      turns.writeLock().unlock();
    }
  }

  private <T> T read(org.jdbi.v3.core.HandleCallback<T, RuntimeException> query) {
    lock(turns.readLock());
    try {
      return reader.withHandle(query);
    } catch (JdbiException e) {
      throw FunctionErrors.service("The database of functions cannot be read", e);
    } finally {
      turns.readLock().unlock();
    }
  }

  private void lock(Lock lock) {
    try {
      if (!lock.tryLock(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        throw FunctionErrors.tooMany("too many functions are being changed at once");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FunctionErrors.service("Interrupted while waiting for a change of functions", e);
    }
  }
}
