package thaw.chunks;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Garbage collection by roots. No object of an active or retired root is ever deleted; roots are,
 * as a whole, long after everything live in them was carried over to an active one. What is dead
 * takes space until then, and nothing needs to be counted.
 *
 * <p>Each run can be interrupted anywhere: the next one goes on. One run at a time.
 */
public final class GarbageCollector {
  private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);

  private final Origin origin;
  private final Roots roots;
  private final CarryOver carryOver;
  private final ChunkSettings settings;
  private final InstantSource clock;

  GarbageCollector(
      Origin origin,
      Roots roots,
      CarryOver carryOver,
      ChunkSettings settings,
      InstantSource clock) {
    this.origin = origin;
    this.roots = roots;
    this.carryOver = carryOver;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Does what is due for each root.
   *
   * @param live is asked after the roots' creators were drained: what they made is in the database
   *     by then, or never will be
   */
  public synchronized void run(LiveManifests live) throws IOException {
    sweep();
    renewActive();
    for (Root root : roots.in(RootState.RETIRED)) {
      if (carryOverAll(root, live) && isDue(root, settings.keepRetired())) {
        roots.become(root.id(), RootState.EXPIRED);
        LOG.info("Root {} of the chunk store has expired", root.id());
      }
    }
    for (Root root : roots.in(RootState.EXPIRED)) {
      if (!root.alarmed() && isDue(root, settings.keepExpired())) {
        delete(root, live);
      }
    }
    sweep();
  }

  /** Active roots that are old are retired, once there are enough others. */
  private void renewActive() throws IOException {
    List<Root> old =
        roots.in(RootState.ACTIVE).stream()
            .filter(root -> isDue(root, settings.rootAge()))
            .toList();
    int young = roots.in(RootState.ACTIVE).size() - old.size();
    for (; young < settings.activeRoots(); young++) {
      roots.add();
    }
    for (Root root : old) {
      if (roots.retire(root.id(), settings.drainTimeout())) {
        LOG.info("Root {} of the chunk store is retired", root.id());
      }
    }
  }

  /** Whether everything live in this root is in an active one too now. */
  private boolean carryOverAll(Root root, LiveManifests live) throws IOException {
    boolean all = true;
    for (Hash id : liveIn(root.id(), live.read())) {
      if (isIn(RootState.ACTIVE, id)) {
        continue;
      }
      // All to the same root: what they share is carried over once.
      try (Creation target = roots.create(String.valueOf(root.id()))) {
        carryOver.carry(id, root.id(), target);
      } catch (DamagedException e) {
        LOG.error("Root {} of the chunk store is kept: {}", root.id(), e.getMessage());
        all = false;
      }
    }
    return all;
  }

  /** Marks a root as deleted, unless something live is nowhere else, which must never be. */
  private void delete(Root root, LiveManifests live) throws IOException {
    for (Hash id : liveIn(root.id(), live.read())) {
      if (!isIn(RootState.ACTIVE, id) && !isIn(RootState.RETIRED, id)) {
        roots.alarm(root.id());
        return;
      }
    }
    roots.deleteUnlessAlarmed(root.id());
  }

  /** Deletes what is left of deleted roots. */
  private void sweep() throws IOException {
    for (Root root : roots.in(RootState.DELETED)) {
      origin.deleteRoot(root.id());
      roots.forget(root.id());
      LOG.info("Root {} of the chunk store is deleted", root.id());
    }
  }

  /**
   * Live manifests in a root, parents among them: ids that are in the root, and what lies below
   * them.
   */
  private Set<Hash> liveIn(long root, Set<Hash> live) throws IOException {
    Set<Hash> found = new LinkedHashSet<>();
    for (Hash id : manifests(root)) {
      Optional<Hash> next = live.contains(id) ? Optional.of(id) : Optional.empty();
      while (next.isPresent() && found.add(next.get())) {
        next = parent(next.get(), root);
      }
    }
    return found;
  }

  /** A damaged manifest has no parent that could be found; carrying it over will say so. */
  private Optional<Hash> parent(Hash id, long root) throws IOException {
    try {
      return carryOver.outline(id, root).binding().parent();
    } catch (DamagedException e) {
      LOG.warn("In root {} of the chunk store: {}", root, e.getMessage());
      return Optional.empty();
    }
  }

  private List<Hash> manifests(long root) throws IOException {
    List<Hash> all = new ArrayList<>();
    origin.list(root, ObjectName.Kind.MANIFEST, all::add);
    return all;
  }

  private boolean isIn(RootState state, Hash id) throws IOException {
    for (Root root : roots.in(state)) {
      if (origin.contains(ObjectName.manifest(root.id(), id))) {
        return true;
      }
    }
    return false;
  }

  private boolean isDue(Root root, Duration age) {
    Instant due = root.since().plus(age);
    return !clock.instant().isBefore(due);
  }

  /** What a run would do, and what would be deleted with each root. Changes nothing. */
  public synchronized GcReport dryRun(LiveManifests live) throws IOException {
    Set<Hash> referred = live.read();
    List<GcReport.OfRoot> reports = new ArrayList<>();
    for (Root root : roots.all()) {
      reports.add(report(root, referred));
    }
    return new GcReport(reports);
  }

  private GcReport.OfRoot report(Root root, Set<Hash> referred) throws IOException {
    Set<Hash> live = liveIn(root.id(), referred);
    Set<Hash> liveChunks = new HashSet<>();
    long onlyHere = 0;
    for (Hash id : live) {
      try {
        liveChunks.addAll(List.of(carryOver.outline(id, root.id()).names()));
      } catch (DamagedException e) {
        LOG.warn("In root {} of the chunk store: {}", root.id(), e.getMessage());
      }
      onlyHere += root.state() != RootState.ACTIVE && !isIn(RootState.ACTIVE, id) ? 1 : 0;
    }
    long[] chunks = {0, 0};
    origin.list(
        root.id(),
        ObjectName.Kind.CHUNK,
        chunk -> {
          chunks[0]++;
          chunks[1] += liveChunks.contains(chunk) ? 0 : 1;
        });
    int dead = manifests(root.id()).size() - live.size();
    return new GcReport.OfRoot(
        root, next(root, onlyHere), live.size(), dead, chunks[0], chunks[1], onlyHere);
  }

  private GcReport.Next next(Root root, long onlyHere) {
    return switch (root.state()) {
      case ACTIVE -> due(root, settings.rootAge(), GcReport.Next.RETIRE);
      case RETIRED ->
          onlyHere > 0
              ? GcReport.Next.CARRY_OVER
              : due(root, settings.keepRetired(), GcReport.Next.EXPIRE);
      case EXPIRED ->
          root.alarmed()
              ? GcReport.Next.STOPPED_BY_ALARM
              : due(root, settings.keepExpired(), GcReport.Next.DELETE);
      case DELETED -> GcReport.Next.DELETE;
    };
  }

  private GcReport.Next due(Root root, Duration age, GcReport.Next next) {
    return isDue(root, age) ? next : GcReport.Next.KEEP;
  }
}
