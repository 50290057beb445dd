package thaw.configuration;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.LambdaException;

/** Finds versions whose snapshot nobody has used for long and makes them inactive. */
final class IdleVersions {
  private static final Logger LOG = LoggerFactory.getLogger(IdleVersions.class);

  private static final Duration LONGEST = Duration.ofHours(1);

  private final VersionStore versions;
  private final FunctionCache cache;
  private final Duration inactiveAfter;
  private final Clock clock;

  IdleVersions(VersionStore versions, FunctionCache cache, Duration inactiveAfter, Clock clock) {
    this.versions = versions;
    this.cache = cache;
    this.inactiveAfter = inactiveAfter;
    this.clock = clock;
  }

  /** How often to look: often enough to be right within a tenth, and every hour at least. */
  static Duration lookEvery(Duration inactiveAfter) {
    Duration tenth = inactiveAfter.dividedBy(10);
    return tenth.compareTo(LONGEST) > 0 ? LONGEST : tenth;
  }

  /** Looks once, and writes down what was used since the last look. */
  void sweep() {
    Instant idleSince = clock.instant().minus(inactiveAfter);
    save();
    for (FunctionCache.Use use : cache.uses()) {
      if (use.lastUsed().isBefore(idleSince)) {
        retire(use);
      }
    }
  }

  /** Writes down when versions were last used. */
  void save() {
    List<FunctionCache.Use> unsaved =
        cache.uses().stream().filter(FunctionCache.Use::unsaved).toList();
    if (!unsaved.isEmpty()) {
      try {
        versions.used(unsaved);
      } catch (LambdaException e) {
        LOG.warn("When versions were last used could not be written down; tried again later", e);
      }
    }
  }

  private void retire(FunctionCache.Use use) {
    try {
      versions
          .find(use.accountId(), use.name(), use.number())
          .filter(row -> row.lifecycle() == VersionLifecycle.ACTIVE)
          .ifPresent(row ->
              versions.step(
                  row,
                  row.with(VersionLifecycle.INACTIVE, PublishedVersion.inactive(row.document()))));
    } catch (LambdaException e) {
      LOG.warn("Version {}:{} could not be made inactive", use.name(), use.number(), e);
    }
  }
}
