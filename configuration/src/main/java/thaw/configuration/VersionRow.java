package thaw.configuration;

import java.time.Instant;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * A published version as it stands in the database.
 *
 * @param number from 1 on
 * @param document what the API answers
 * @param contentSha256 lower-case hex, of what it was published from
 * @param lastUsed when it was last invoked, or published; as of the last time it was written down
 */
record VersionRow(
    String accountId,
    String name,
    int number,
    VersionLifecycle lifecycle,
    FunctionConfiguration document,
    String contentSha256,
    Instant lastUsed) {
  /** The qualifier that means it. */
  String qualifier() {
    return Integer.toString(number);
  }

  VersionRow with(VersionLifecycle next, FunctionConfiguration changed) {
    return new VersionRow(
        accountId, name, number, lifecycle.to(next), changed, contentSha256, lastUsed);
  }

  /** Used at this moment. */
  VersionRow usedAt(Instant time) {
    return new VersionRow(accountId, name, number, lifecycle, document, contentSha256, time);
  }
}
