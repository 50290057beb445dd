package thaw.worker;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which sandboxes there are. Belongs to the pool's lock. A sandbox is in its version's idle list
 * and in {@link #idle()}, or in neither; it is in both exactly while IDLE. {@link Capacity} counts
 * it from {@link #add} to {@link #remove}.
 */
final class Inventory {
  private final Map<SandboxKey, VersionPool> versions = new HashMap<>();
  private final LinkedHashSet<PooledSandbox> all = new LinkedHashSet<>();
  private final LinkedHashSet<PooledSandbox> idleByAge = new LinkedHashSet<>();
  private final Capacity capacity;

  Inventory(Capacity capacity) {
    this.capacity = capacity;
  }

  VersionPool version(SandboxKey key) {
    return versions.computeIfAbsent(key, VersionPool::new);
  }

  Optional<VersionPool> find(SandboxKey key) {
    return Optional.ofNullable(versions.get(key));
  }

  List<VersionPool> versions() {
    return List.copyOf(versions.values());
  }

  List<PooledSandbox> all() {
    return List.copyOf(all);
  }

  /** Least recently used first. */
  SequencedCollection<PooledSandbox> idle() {
    return Collections.unmodifiableSequencedCollection(idleByAge);
  }

  List<PooledSandbox> idle(Predicate<SandboxKey> which) {
    return idleByAge.stream().filter(sandbox -> which.test(sandbox.key)).toList();
  }

  void add(PooledSandbox sandbox, VersionPool version) {
    all.add(sandbox);
    capacity.take(sandbox);
    version.sandboxes++;
  }

  /** It no longer counts. No effect the second time. */
  void remove(PooledSandbox sandbox) {
    if (all.remove(sandbox)) {
      capacity.giveBack(sandbox);
      VersionPool version = versions.get(sandbox.key);
      if (version != null) {
        version.sandboxes--;
        forgetIfEmpty(version);
      }
    }
  }

  void forgetIfEmpty(VersionPool version) {
    if (version.isEmpty()) {
      versions.remove(version.key);
    }
  }

  void addIdle(PooledSandbox sandbox, VersionPool version) {
    version.addIdle(sandbox);
    idleByAge.addLast(sandbox);
  }

  /** The version's idle sandbox that was used last. */
  @Nullable PooledSandbox takeIdle(VersionPool version) {
    PooledSandbox sandbox = version.takeIdle();
    if (sandbox != null) {
      idleByAge.remove(sandbox);
    }
    return sandbox;
  }

  /**
   * Marks it dead and takes it from the idle lists.
   *
   * @return its guest, if it is for the caller to end; empty if it is dead already or still being
   *     started (then whoever starts it ends it)
   */
  Optional<Guest> kill(PooledSandbox sandbox) {
    SandboxState before = sandbox.lifecycle.die();
    idleByAge.remove(sandbox);
    find(sandbox.key).ifPresent(version -> version.removeIdle(sandbox));
    boolean ours = before == SandboxState.IDLE || before == SandboxState.BUSY;
    return ours ? sandbox.guest() : Optional.empty();
  }
}
