package thaw.configuration;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;

/** When a function may be updated. */
final class Updates {
  private Updates() {}

  /**
   * Checks that {@code $LATEST} is meant: published versions never change.
   *
   * @throws LambdaException INVALID_PARAMETER_VALUE
   */
  static void requireLatest(FunctionReference function) {
    if (!function.isLatest()) {
      throw FunctionErrors.onlyLatestChanges(function);
    }
  }

  /**
   * Checks that a version may be published.
   *
   * @throws LambdaException RESOURCE_CONFLICT, PRECONDITION_FAILED, or INVALID_PARAMETER_VALUE if
   *     the code is not what the client says it is
   */
  static void requirePublishable(
      FunctionRow row, FunctionReference function, PublishVersionRequest request) {
    require(row, function, request.revisionId());
    if (row.lifecycle() == Lifecycle.FAILED) {
      throw FunctionErrors.notActive(row.document().stateAsString());
    }
    String asked = request.codeSha256();
    if (asked != null && !asked.equals(row.document().codeSha256())) {
      throw FunctionErrors.otherCode(asked, row.document().codeSha256());
    }
  }

  /**
   * Checks that it may.
   *
   * @param revisionId the revision the client believes it has, if it said so
   * @throws LambdaException RESOURCE_CONFLICT while it is being created or updated,
   *     PRECONDITION_FAILED if it has another revision
   */
  static void require(FunctionRow row, FunctionReference function, @Nullable String revisionId) {
    switch (row.lifecycle()) {
      case CREATING -> throw FunctionErrors.notActive("Pending");
      case UPDATING -> throw FunctionErrors.updateInProgress(function);
      case ACTIVE, FAILED -> {}
    }
    if (revisionId != null && !revisionId.equals(row.revisionId())) {
      throw FunctionErrors.otherRevision();
    }
  }
}
