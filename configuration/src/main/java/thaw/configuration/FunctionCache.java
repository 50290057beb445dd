package thaw.configuration;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;

/**
 * What serves each function and each of its versions, in memory, so that an invocation asks no
 * database. It is changed under the writer's lock after each commit, hence in the order of commits;
 * reading takes no lock.
 */
final class FunctionCache {
  private static final Logger LOG = LoggerFactory.getLogger(FunctionCache.class);

  /** By function, then by version. */
  private final Map<Key, Map<String, Served>> functions = new ConcurrentHashMap<>();

  private final List<FunctionListener> listeners = new CopyOnWriteArrayList<>();
  private final String region;
  private final Runtimes runtimes;
  private final LayerIndex layers;
  private final ImageIndex images;
  private volatile Consumer<VersionRow> waker = row -> {};

  private record Key(String accountId, String name) {}

  /** The last use of a version that has a snapshot. */
  record Use(String accountId, String name, int number, Instant lastUsed, Served served) {
    /** Whether the database does not know of it. */
    boolean unsaved() {
      return lastUsed.toEpochMilli() != served.savedMillis();
    }

    void saved() {
      served.saved(lastUsed.toEpochMilli());
    }
  }

  FunctionCache(String region, Runtimes runtimes, LayerIndex layers, ImageIndex images) {
    this.region = region;
    this.runtimes = runtimes;
    this.layers = layers;
    this.images = images;
  }

  void listen(FunctionListener listener) {
    listeners.add(listener);
  }

  /** Has inactive versions woken when they are invoked; must not block. */
  void wakeWith(Consumer<VersionRow> wake) {
    waker = wake;
  }

  /**
   * What runs when this is invoked.
   *
   * @throws LambdaException RESOURCE_NOT_FOUND, RESOURCE_CONFLICT while it is Pending or Failed,
   *     SNAP_START_NOT_READY while it is woken
   */
  FunctionVersion resolve(FunctionReference function) {
    Map<String, Served> versions = functions.get(new Key(function.accountId(), function.name()));
    Served served =
        versions == null
            ? null
            : versions.get(function.qualifier().orElse(FunctionReference.LATEST));
    if (served == null) {
      throw function.notFound();
    }
    return served.use();
  }

  void put(FunctionRow row) {
    String state = row.document().stateAsString();
    put(
        new Key(row.accountId(), row.name()),
        FunctionReference.LATEST,
        new Served(
            row.serving()
                .map(document ->
                    Documents.version(document, row.accountId(), region, runtimes, layers, images)),
            () -> FunctionErrors.notActive(state),
            0));
  }

  void put(VersionRow row) {
    Optional<FunctionVersion> version =
        row.lifecycle() == VersionLifecycle.ACTIVE ? Optional.of(version(row)) : Optional.empty();
    put(
        new Key(row.accountId(), row.name()),
        row.qualifier(),
        new Served(version, refusal(row), row.lastUsed().toEpochMilli()));
  }

  /** What a worker needs to know to run a published version. */
  FunctionVersion version(VersionRow row) {
    return Documents.version(row.document(), row.accountId(), region, runtimes, layers, images);
  }

  private Supplier<LambdaException> refusal(VersionRow row) {
    return switch (row.lifecycle()) {
      case INACTIVE ->
          () -> {
            waker.accept(row);
            return FunctionErrors.snapshotNotReady();
          };
      case RESTORING -> FunctionErrors::snapshotNotReady;
      case PENDING, ACTIVE, FAILED -> {
        String state = row.document().stateAsString();
        yield () -> FunctionErrors.notActive(state);
      }
    };
  }

  private void put(Key key, String qualifier, Served served) {
    Map<String, Served> versions =
        functions.computeIfAbsent(key, absent -> new ConcurrentHashMap<>());
    Optional<FunctionVersion> old =
        Optional.ofNullable(versions.put(qualifier, served)).flatMap(Served::version);
    if (!old.equals(served.version())) {
      tell(key, qualifier, served.version().map(FunctionVersion::revisionId));
    }
  }

  /** Removes a function with all its versions. */
  void remove(String accountId, String name) {
    Key key = new Key(accountId, name);
    Map<String, Served> versions = functions.remove(key);
    if (versions != null) {
      versions.keySet().forEach(qualifier -> tell(key, qualifier, Optional.empty()));
    }
  }

  /** Removes one version, and tells of it even if it was not there. */
  void remove(String accountId, String name, String qualifier) {
    Key key = new Key(accountId, name);
    Map<String, Served> versions = functions.get(key);
    if (versions != null) {
      versions.remove(qualifier);
    }
    tell(key, qualifier, Optional.empty());
  }

  /** The packages of the layers of each version that serves and has any. */
  Set<List<String>> layers() {
    return serving().stream()
        .map(FunctionVersion::layers)
        .filter(packages -> !packages.isEmpty())
        .collect(Collectors.toSet());
  }

  /** All versions that serve. */
  List<FunctionVersion> serving() {
    return functions.values().stream()
        .flatMap(versions -> versions.values().stream())
        .flatMap(served -> served.version().stream())
        .toList();
  }

  /** What serves as this version, if anything does. */
  Optional<FunctionVersion> serving(String accountId, String name, String qualifier) {
    return Optional.ofNullable(functions.get(new Key(accountId, name)))
        .flatMap(versions -> Optional.ofNullable(versions.get(qualifier)))
        .flatMap(Served::version);
  }

  /** When each version that has a snapshot was last used. */
  List<Use> uses() {
    List<Use> uses = new ArrayList<>();
    functions.forEach((key, versions) ->
        versions.forEach((qualifier, served) -> {
          if (served.version().filter(FunctionVersion::snapStart).isPresent()) {
            uses.add(
                new Use(
                    key.accountId(),
                    key.name(),
                    Integer.parseInt(qualifier),
                    Instant.ofEpochMilli(served.usedMillis()),
                    served));
          }
        }));
    return uses;
  }

  private void tell(Key key, String qualifier, Optional<String> revisionId) {
    for (FunctionListener listener : listeners) {
      try {
        listener.changed(key.accountId(), key.name(), qualifier, revisionId);
      } catch (RuntimeException e) {
        LOG.error("A listener failed on the change of {}:{}", key.name(), qualifier, e);
      }
    }
  }
}
