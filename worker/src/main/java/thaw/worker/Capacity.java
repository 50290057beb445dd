package thaw.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedCollection;

/** What sandboxes the host may hold, and what they are promised. Belongs to the pool's lock. */
final class Capacity {
  private final int maxSandboxes;
  private final long budgetBytes;
  private int sandboxes;
  private long bytes;

  Capacity(int maxSandboxes, long budgetBytes) {
    this.maxSandboxes = maxSandboxes;
    this.budgetBytes = budgetBytes;
  }

  /**
   * Finds which idle sandboxes must go so that another one fits: none, or the least recently used
   * ones.
   *
   * @param idle least recently used first
   * @param atLeastOne whether one must go in any case (the host is short of memory)
   * @return empty if it does not fit even without them
   */
  Optional<List<PooledSandbox>> victims(
      long costBytes, SequencedCollection<PooledSandbox> idle, boolean atLeastOne) {
    List<PooledSandbox> victims = new ArrayList<>();
    long freedBytes = 0;
    for (PooledSandbox candidate : idle) {
      if (fits(victims.size(), freedBytes, costBytes) && !(atLeastOne && victims.isEmpty())) {
        return Optional.of(victims);
      }
      victims.add(candidate);
      freedBytes += candidate.costBytes;
    }
    boolean enough =
        fits(victims.size(), freedBytes, costBytes) && !(atLeastOne && victims.isEmpty());
    return enough ? Optional.of(victims) : Optional.empty();
  }

  void take(PooledSandbox sandbox) {
    sandboxes++;
    bytes += sandbox.costBytes;
  }

  void giveBack(PooledSandbox sandbox) {
    sandboxes--;
    bytes -= sandbox.costBytes;
  }

  int sandboxes() {
    return sandboxes;
  }

  long bytes() {
    return bytes;
  }

  long budgetBytes() {
    return budgetBytes;
  }

  private boolean fits(int freed, long freedBytes, long costBytes) {
    return sandboxes - freed + 1 <= maxSandboxes && bytes - freedBytes + costBytes <= budgetBytes;
  }
}
