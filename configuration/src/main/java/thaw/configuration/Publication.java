package thaw.configuration;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What came of publishing a version.
 *
 * @param made whether it is a new one; if not, it is the last one, which is the same
 */
record Publication(VersionRow version, boolean made) {
  /**
   * Publishes what {@code $LATEST} is. If the last version that was published is the same it is
   * that one, unless it failed.
   *
   * @param description of the version, if it is not to have the function's
   */
  static Publication of(
      Handle handle, FunctionRow latest, Optional<String> description, Instant now) {
    String content = PublishedVersion.contentSha256(latest.document());
    Optional<VersionRow> last = VersionTable.findLast(handle, latest.accountId(), latest.name());
    if (last.isPresent()
        && last.get().lifecycle() != VersionLifecycle.FAILED
        && last.get().contentSha256().equals(content)) {
      return new Publication(last.get(), false);
    }
    int number = VersionTable.nextNumber(handle, latest.accountId(), latest.name());
    VersionRow version =
        new VersionRow(
            latest.accountId(),
            latest.name(),
            number,
            VersionLifecycle.PENDING,
            PublishedVersion.document(latest.document(), number, description),
            content,
            now);
    VersionTable.insert(handle, version);
    return new Publication(version, true);
  }
}
