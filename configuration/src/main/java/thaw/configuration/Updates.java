package thaw.configuration;

import org.jspecify.annotations.Nullable;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;

/** When a function may be updated. */
final class Updates {
  private Updates() {}

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
