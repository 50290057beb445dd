package thaw.configuration;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;

/**
 * What serves each function, in memory, so that an invocation asks no database. It is changed under
 * the writer's lock after each commit, hence in the order of commits; reading takes no lock.
 */
final class FunctionCache {
  private static final Logger LOG = LoggerFactory.getLogger(FunctionCache.class);

  private final Map<Key, Served> functions = new ConcurrentHashMap<>();
  private final List<FunctionListener> listeners = new CopyOnWriteArrayList<>();
  private final String region;
  private final Runtimes runtimes;

  private record Key(String accountId, String name) {}

  private record Served(Optional<FunctionVersion> version, String state) {}

  FunctionCache(String region, Runtimes runtimes) {
    this.region = region;
    this.runtimes = runtimes;
  }

  void listen(FunctionListener listener) {
    listeners.add(listener);
  }

  /**
   * What runs when this is invoked.
   *
   * @throws LambdaException RESOURCE_NOT_FOUND, or RESOURCE_CONFLICT while it is Pending or Failed
   */
  FunctionVersion resolve(FunctionReference function) {
    Served served = functions.get(new Key(function.accountId(), function.requireLatest().name()));
    if (served == null) {
      throw function.notFound();
    }
    return served.version().orElseThrow(() -> FunctionErrors.notActive(served.state()));
  }

  void put(FunctionRow row) {
    Optional<FunctionVersion> version =
        row.serving()
            .map(document -> Documents.version(document, row.accountId(), region, runtimes));
    Served before =
        functions.put(
            new Key(row.accountId(), row.name()),
            new Served(version, row.document().stateAsString()));
    Optional<FunctionVersion> old = Optional.ofNullable(before).flatMap(Served::version);
    if (!old.equals(version)) {
      tell(row.accountId(), row.name(), version.map(FunctionVersion::revisionId));
    }
  }

  void remove(String accountId, String name) {
    functions.remove(new Key(accountId, name));
    tell(accountId, name, Optional.empty());
  }

  private void tell(String accountId, String name, Optional<String> revisionId) {
    for (FunctionListener listener : listeners) {
      try {
        listener.changed(accountId, name, revisionId);
      } catch (RuntimeException e) {
        LOG.error("A listener failed on the change of function {}", name, e);
      }
    }
  }
}
