package thaw.configuration;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import thaw.model.LayerReference;

/** Layer versions in the database, and the index of them. */
final class LayerStore {
  /** How long a deleted version stays even if no function has it: one may be about to. */
  private static final Duration GRACE = Duration.ofHours(1);

  private final Transactions transactions;
  private final LayerIndex index;
  private final Clock clock;

  LayerStore(Transactions transactions, LayerIndex index, Clock clock) {
    this.transactions = transactions;
    this.index = index;
    this.clock = clock;
  }

  /** Fills the index. */
  void load() {
    transactions.read(LayerTable::all).forEach(index::put);
  }

  /** Adds what becomes of the next number. */
  LayerRow publish(LayerReference layer, LongFunction<LayerRow> version) {
    return transactions.write(
        handle -> {
          long number = LayerTable.nextNumber(handle, layer.accountId(), layer.name());
          LayerRow row = version.apply(number);
          LayerTable.insert(handle, row);
          return row;
        },
        index::put);
  }

  /** A version that was not deleted. */
  Optional<LayerRow> find(LayerReference layer, long number) {
    return findAny(layer, number).filter(row -> !row.deleted());
  }

  /** A version, deleted or not. */
  Optional<LayerRow> findAny(LayerReference layer, long number) {
    return transactions.read(
        handle -> LayerTable.find(handle, layer.accountId(), layer.name(), number));
  }

  List<LayerRow> layers(String accountId, LayerTable.Filter filter, String after, int limit) {
    return transactions.read(handle -> LayerTable.layers(handle, accountId, filter, after, limit));
  }

  List<LayerRow> versions(LayerReference layer, LayerTable.Filter filter, long below, int limit) {
    return transactions.read(handle ->
        LayerTable.versions(handle, layer.accountId(), layer.name(), filter, below, limit));
  }

  /**
   * Changes the policy of a version that is there.
   *
   * @param change given the version, tells what its policy becomes
   * @return empty if there is no such version
   */
  Optional<LayerRow> changePolicy(
      LayerReference layer, long number, Function<LayerRow, Optional<LayerPolicy>> change) {
    return transactions.write(
        handle -> {
          Optional<LayerRow> row =
              LayerTable.find(handle, layer.accountId(), layer.name(), number)
                  .filter(found -> !found.deleted());
          row.ifPresent(found -> LayerTable.setPolicy(handle, found, change.apply(found)));
          return row;
        },
        changed -> {});
  }

  void delete(LayerReference layer, long number) {
    transactions.write(
        handle -> {
          LayerTable.delete(handle, layer.accountId(), layer.name(), number, clock.instant());
          return layer;
        },
        deleted -> {});
  }

  /** Forgets deleted versions that no function has any more. */
  void purge() {
    transactions.write(
        handle -> LayerTable.purge(handle, clock.instant().minus(GRACE)),
        gone -> gone.forEach(index::remove));
  }
}
