package thaw.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import thaw.model.FunctionVersion;

/** Decides whether another sandbox may be started, and what goes for it. Under the pool's lock. */
final class Admission {
  private final PoolLimits limits;
  private final Capacity capacity;
  private final Inventory inventory;
  private final StartQueue starts;
  private final Disposals disposals;
  private final Counters counters;
  private final BooleanSupplier shortOfMemory;

  Admission(
      PoolLimits limits,
      Capacity capacity,
      Inventory inventory,
      StartQueue starts,
      Disposals disposals,
      Counters counters,
      BooleanSupplier shortOfMemory) {
    this.limits = limits;
    this.capacity = capacity;
    this.inventory = inventory;
    this.starts = starts;
    this.disposals = disposals;
    this.counters = counters;
    this.shortOfMemory = shortOfMemory;
  }

  /** Returns false if there is no room, not even after evicting all that is idle. */
  boolean requestStart(FunctionVersion function, VersionPool version) {
    boolean versionFull = limits.maxPerVersion() > 0 && version.sandboxes >= limits.maxPerVersion();
    if (versionFull || starts.isFull()) {
      return false;
    }
    long costBytes = limits.costBytes(function.memorySizeMb());
    Optional<List<PooledSandbox>> victims =
        capacity.victims(costBytes, inventory.idle(), shortOfMemory.getAsBoolean());
    if (victims.isEmpty()) {
      return false;
    }
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (PooledSandbox victim : victims.get()) {
      counters.evictions.increment();
      inventory.kill(victim).ifPresent(guest -> ends.add(disposals.add(guest, () -> {})));
      inventory.remove(victim);
    }
    PooledSandbox sandbox = new PooledSandbox(function, costBytes);
    inventory.add(sandbox, version);
    starts.add(
        new Start(
            sandbox, version, CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))));
    return true;
  }

  /** Takes back starts that have not begun and that nobody waits for any more. */
  void cancelSurplus(VersionPool version) {
    while (version.startsOnTheirWay() > version.waiters.size() && !version.queuedStarts.isEmpty()) {
      PooledSandbox sandbox = starts.cancelNewest(version).sandbox();
      sandbox.lifecycle.die();
      inventory.remove(sandbox);
    }
  }
}
