package thaw.configuration;

import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * A function as it stands in the database.
 *
 * @param document what the API answers
 * @param previous while UPDATING: what serves until the update is done
 */
record FunctionRow(
    String accountId,
    String name,
    Lifecycle lifecycle,
    FunctionConfiguration document,
    Optional<FunctionConfiguration> previous,
    Map<String, String> tags) {
  FunctionRow {
    tags = Map.copyOf(tags);
  }

  String revisionId() {
    return document.revisionId();
  }

  /** What serves invocations, if anything does. */
  Optional<FunctionConfiguration> serving() {
    return switch (lifecycle) {
      case CREATING, FAILED -> Optional.empty();
      case ACTIVE -> Optional.of(document);
      case UPDATING -> previous.filter(Documents::isActive);
    };
  }

  FunctionRow with(Lifecycle next, FunctionConfiguration changed) {
    Optional<FunctionConfiguration> before =
        next == Lifecycle.UPDATING ? Optional.of(document) : Optional.empty();
    return new FunctionRow(accountId, name, lifecycle.to(next), changed, before, tags);
  }
}
