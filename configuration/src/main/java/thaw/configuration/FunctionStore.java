package thaw.configuration;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import thaw.model.FunctionReference;

/** Functions in the database, and the cache of them. */
final class FunctionStore {
  private final Transactions transactions;
  private final FunctionCache cache;

  /**
   * A function as it was changed.
   *
   * @param published the version that was published of it in the same transaction, if one was
   */
  record Change(FunctionRow function, Optional<Publication> published) {}

  /** Publishes a version of a function that was changed, in the transaction of the change. */
  @FunctionalInterface
  interface Publishing extends BiFunction<Handle, FunctionRow, Optional<Publication>> {}

  FunctionStore(Transactions transactions, FunctionCache cache) {
    this.transactions = transactions;
    this.cache = cache;
  }

  /** Fills the cache. */
  List<FunctionRow> load() {
    List<FunctionRow> rows = transactions.read(FunctionTable::all);
    rows.forEach(cache::put);
    return rows;
  }

  /** The function, whatever version of it is meant. */
  FunctionRow get(FunctionReference function) {
    return find(function.accountId(), function.name()).orElseThrow(function::notFound);
  }

  Optional<FunctionRow> find(String accountId, String name) {
    return transactions.read(handle -> FunctionTable.find(handle, accountId, name));
  }

  List<FunctionConfiguration> page(
      String accountId, boolean versions, FunctionTable.Position after, int limit) {
    return transactions.read(
        handle -> FunctionTable.page(handle, accountId, versions, after, limit));
  }

  Set<String> codeInUse() {
    return transactions.read(FunctionTable::codeInUse);
  }

  Change insert(FunctionReference function, FunctionRow row, Publishing publishing) {
    return transactions.write(
        handle -> {
          if (!FunctionTable.insert(handle, row)) {
            throw FunctionErrors.alreadyExists(function);
          }
          return new Change(row, publishing.apply(handle, row));
        },
        this::changed);
  }

  /** Replaces a function by what becomes of its present row, which the change may also refuse. */
  Change update(
      FunctionReference function, UnaryOperator<FunctionRow> change, Publishing publishing) {
    return transactions.write(
        handle -> {
          FunctionRow now =
              FunctionTable.find(handle, function.accountId(), function.name())
                  .orElseThrow(function::notFound);
          FunctionRow next = change.apply(now);
          FunctionTable.update(handle, next, now.revisionId());
          return new Change(next, publishing.apply(handle, next));
        },
        this::changed);
  }

  /** Replaces a function unless it has changed or gone since its revision was this. */
  void updateIfStill(String revisionId, FunctionRow next) {
    transactions.write(
        handle ->
            FunctionTable.update(handle, next, revisionId)
                ? Optional.of(next)
                : Optional.<FunctionRow>empty(),
        row -> row.ifPresent(cache::put));
  }

  /** Replaces a function's tags by what becomes of them, which the change may also refuse. */
  void tag(FunctionReference function, UnaryOperator<Map<String, String>> change) {
    transactions.write(
        handle -> {
          FunctionRow now =
              FunctionTable.find(handle, function.accountId(), function.name())
                  .orElseThrow(function::notFound);
          FunctionTable.tag(handle, now.accountId(), now.name(), change.apply(now.tags()));
          return now;
        },
        tagged -> {});
  }

  long count(String accountId) {
    return transactions.read(handle -> FunctionTable.count(handle, accountId));
  }

  /** Deletes a function and all its versions. */
  void delete(FunctionReference function) {
    transactions.write(
        handle -> {
          if (!FunctionTable.delete(handle, function.accountId(), function.name())) {
            throw function.notFound();
          }
          return function;
        },
        gone -> cache.remove(gone.accountId(), gone.name()));
  }

  private void changed(Change change) {
    cache.put(change.function());
    change.published().ifPresent(publication -> cache.put(publication.version()));
  }
}
