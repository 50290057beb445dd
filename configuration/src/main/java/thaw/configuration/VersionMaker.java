package thaw.configuration;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;

/**
 * Makes published versions ready in the background: their code's disk image, and with SnapStart
 * their snapshot; then writes down that they are Active, or why they are not. What was under way
 * when a process died is taken up by the next.
 */
final class VersionMaker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VersionMaker.class);

  private final VersionStore versions;
  private final FunctionCache cache;
  private final CodePreparation code;
  private final Optional<SnapshotPreparation> snapshots;
  private final BackgroundWork work;
  private final Clock clock;

  /** ARNs of versions that are being woken. */
  private final Set<String> waking = ConcurrentHashMap.newKeySet();

  /**
   * @param snapshots empty where there are no snapshots: versions with SnapStart then run without
   */
  VersionMaker(
      VersionStore versions,
      FunctionCache cache,
      CodePreparation code,
      Optional<SnapshotPreparation> snapshots,
      int atOnce,
      int queueLength,
      Clock clock) {
    this.versions = versions;
    this.cache = cache;
    this.code = code;
    this.snapshots = snapshots;
    this.clock = clock;
    this.work = new BackgroundWork("publish", atOnce, queueLength);
  }

  /**
   * Takes a place in the queue, before a version is written that would need one.
   *
   * @throws thaw.model.LambdaException TOO_MANY_REQUESTS if it is full
   */
  void reserve() {
    if (!work.tryReserve()) {
      throw FunctionErrors.tooMany("too many versions wait to be made ready");
    }
  }

  /** Gives a reserved place back. */
  void release() {
    work.release();
  }

  /** Makes a version ready in a place that was reserved. */
  void submit(VersionRow row) {
    work.submit(() -> make(row));
  }

  /** Makes a version ready that an earlier process did not. */
  void resume(VersionRow row) {
    work.resume(() -> make(row));
  }

  /** Begins to wake an inactive version; if too much is to be done, its next invocation does. */
  void wake(VersionRow row) {
    String arn = row.document().functionArn();
    if (!waking.add(arn)) {
      return;
    }
    if (!work.tryReserve()) {
      waking.remove(arn);
      return;
    }
    work.submit(() -> {
      try {
        VersionRow restoring =
            row.with(VersionLifecycle.RESTORING, PublishedVersion.restoring(row.document()));
        if (versions.step(row, restoring)) {
          make(restoring);
        }
      } catch (RuntimeException e) {
        LOG.error("Version {}:{} could not be woken", row.name(), row.number(), e);
      } finally {
        waking.remove(arn);
      }
    });
  }

  private void make(VersionRow row) {
    try {
      VersionRow made = made(row);
      if (!versions.step(row, made) && made.lifecycle() == VersionLifecycle.ACTIVE) {
        // Deleted meanwhile: who heard of that had nothing to give up yet.
        cache.remove(row.accountId(), row.name(), row.qualifier());
      }
    } catch (RuntimeException e) {
      // Left as it is in the database; the next start tries again.
      LOG.error("Version {}:{} could not be written down", row.name(), row.number(), e);
    }
  }

  private VersionRow made(VersionRow row) {
    Optional<SnapshotPreparation> snapshot =
        snapshots.filter(hook -> PublishedVersion.wantsSnapStart(row.document()));
    VersionRow active =
        row.with(
                VersionLifecycle.ACTIVE,
                PublishedVersion.active(row.document(), snapshot.isPresent()))
            .usedAt(clock.instant());
    try {
      code.prepare(row.accountId(), row.document());
      if (snapshot.isEmpty()) {
        return active;
      }
      return snapshot
          .get()
          .prepare(cache.version(active))
          .map(failure -> failed(row, failure.code(), failure.reason()))
          .orElse(active);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      LOG.error("Version {}:{} could not be made ready", row.name(), row.number(), e);
      return failed(
          row,
          StateReasonCode.INTERNAL_ERROR,
          "The version could not be made ready: " + e.getMessage());
    }
  }

  private static VersionRow failed(VersionRow row, StateReasonCode code, String reason) {
    return row.lifecycle() == VersionLifecycle.RESTORING
        ? row.with(
            VersionLifecycle.INACTIVE, PublishedVersion.stillInactive(row.document(), code, reason))
        : row.with(VersionLifecycle.FAILED, PublishedVersion.failed(row.document(), code, reason));
  }

  /** Waits for what is under way, not for what is queued: the next start takes that up. */
  @Override
  public void close() {
    work.close();
  }
}
