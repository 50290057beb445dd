package thaw.configuration;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import thaw.model.FunctionReference;

/** Published versions in the database, and the cache of them. */
final class VersionStore {
  private final Transactions transactions;
  private final FunctionCache cache;
  private final Clock clock;

  VersionStore(Transactions transactions, FunctionCache cache, Clock clock) {
    this.transactions = transactions;
    this.cache = cache;
    this.clock = clock;
  }

  /** Fills the cache. */
  List<VersionRow> load() {
    List<VersionRow> rows = transactions.read(VersionTable::all);
    rows.forEach(cache::put);
    return rows;
  }

  /** The version that a qualifier other than {@code $LATEST} means. */
  VersionRow get(FunctionReference function) {
    return function
        .qualifier()
        .flatMap(Numbers::parse)
        .flatMap(number -> find(function.accountId(), function.name(), number))
        .orElseThrow(function::notFound);
  }

  Optional<VersionRow> find(String accountId, String name, int number) {
    return transactions.read(handle -> VersionTable.find(handle, accountId, name, number));
  }

  List<VersionRow> page(FunctionReference function, int after, int limit) {
    return transactions.read(
        handle -> VersionTable.page(handle, function.accountId(), function.name(), after, limit));
  }

  /**
   * Publishes what a function is.
   *
   * @param check refuses what may not be published
   */
  Publication publish(
      FunctionReference function, Consumer<FunctionRow> check, Optional<String> description) {
    return transactions.write(
        handle -> {
          FunctionRow latest =
              FunctionTable.find(handle, function.accountId(), function.name())
                  .orElseThrow(function::notFound);
          check.accept(latest);
          return Publication.of(handle, latest, description, clock.instant());
        },
        publication -> cache.put(publication.version()));
  }

  /**
   * Takes a version from one state to the next.
   *
   * @return false if it was not in that state any more, or gone
   */
  boolean step(VersionRow from, VersionRow to) {
    return transactions.write(
        handle -> VersionTable.update(handle, to, from.lifecycle()),
        done -> {
          if (done) {
            cache.put(to);
          }
        });
  }

  /** Writes down when versions were last used. */
  void used(List<FunctionCache.Use> uses) {
    transactions.write(
        handle -> {
          for (FunctionCache.Use use : uses) {
            VersionTable.used(handle, use.accountId(), use.name(), use.number(), use.lastUsed());
          }
          return uses;
        },
        written -> written.forEach(FunctionCache.Use::saved));
  }

  /** Deletes one version; one that is not there is deleted already. */
  void delete(FunctionReference function, int number) {
    transactions.write(
        handle -> {
          if (FunctionTable.find(handle, function.accountId(), function.name()).isEmpty()) {
            throw function.notFound();
          }
          VersionTable.delete(handle, function.accountId(), function.name(), number);
          return function;
        },
        gone -> cache.remove(gone.accountId(), gone.name(), Integer.toString(number)));
  }
}
