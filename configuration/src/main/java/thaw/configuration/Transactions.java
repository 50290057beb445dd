package thaw.configuration;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * Reads and writes the database. Writers take turns: a write is committed, and what follows from it
 * in memory has happened, before the next one begins. Readers wait for that too, so that nobody who
 * was told of a change finds invocations still served as before it; invocations take no lock.
 */
final class Transactions {
  private final Jdbi writer;
  private final Jdbi reader;
  private final Duration wait;
  private final ReentrantReadWriteLock turns = new ReentrantReadWriteLock(true);

  Transactions(Database database, Duration wait) {
    this.writer = database.writer();
    this.reader = database.reader();
    this.wait = wait;
  }

  /**
   * @param committed is given the result when it is durable, before anyone else writes
   */
  <T> T write(HandleCallback<T, RuntimeException> change, Consumer<T> committed) {
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

  <T> T read(HandleCallback<T, RuntimeException> query) {
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
