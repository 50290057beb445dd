package thaw.chunks;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** An index that no database keeps: for benchmarks and tests. */
public final class InMemoryManifests implements ManifestIndex {
  private final Map<Kind, Map<String, Entry>> entries = new HashMap<>();
  private final String owner = UUID.randomUUID().toString();

  @Override
  public String owner() {
    return owner;
  }

  @Override
  public synchronized Optional<Entry> find(Kind kind, String name) {
    return Optional.ofNullable(of(kind).get(name));
  }

  @Override
  public synchronized void put(Kind kind, String name, Entry entry) {
    of(kind).put(name, entry);
  }

  @Override
  public synchronized void remove(Kind kind, String name) {
    of(kind).remove(name);
  }

  @Override
  public synchronized Map<String, Entry> all(Kind kind) {
    return Map.copyOf(of(kind));
  }

  @Override
  public synchronized Set<Hash> read() {
    Set<Hash> live = new HashSet<>();
    entries.values().forEach(kind -> kind.values().forEach(entry -> live.add(entry.manifest())));
    return live;
  }

  private Map<String, Entry> of(Kind kind) {
    return entries.computeIfAbsent(kind, _ -> new HashMap<>());
  }
}
