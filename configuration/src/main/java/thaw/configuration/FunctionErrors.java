package thaw.configuration;

import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;

/** AWS's errors about functions, in its words. */
final class FunctionErrors {
  private FunctionErrors() {}

  static LambdaException invalid(String message) {
    return new LambdaException(ErrorCode.INVALID_PARAMETER_VALUE, message);
  }

  /** Something AWS has and Thaw has not: refused rather than ignored, since code relies on it. */
  static LambdaException notOffered(String what, String instead) {
    return invalid(what + " is not offered by Thaw yet: " + instead);
  }

  static LambdaException alreadyExists(FunctionReference function) {
    return new LambdaException(
        ErrorCode.RESOURCE_CONFLICT, "Function already exist: " + function.name());
  }

  static LambdaException notActive(String state) {
    return new LambdaException(
        ErrorCode.RESOURCE_CONFLICT,
        "The operation cannot be performed at this time. The function is currently in the following"
            + " state: "
            + state);
  }

  /** The snapshot of a version is being made anew. */
  static LambdaException snapshotNotReady() {
    return new LambdaException(
        ErrorCode.SNAP_START_NOT_READY,
        "Lambda is initializing your function. It will be ready to invoke once your function state"
            + " becomes ACTIVE.");
  }

  static LambdaException otherCode(String asked, String present) {
    return invalid(
        ("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again"
                + " with the CodeSHA256 in $LATEST.")
            .formatted(asked, present));
  }

  static LambdaException onlyLatestChanges(FunctionReference function) {
    return invalid(
        "Only $LATEST can be updated or published, and %s is not: leave the qualifier out"
            .formatted(function.qualifiedArn()));
  }

  static LambdaException updateInProgress(FunctionReference function) {
    return new LambdaException(
        ErrorCode.RESOURCE_CONFLICT,
        "The operation cannot be performed at this time. An update is in progress for resource: "
            + function.functionArn());
  }

  static LambdaException otherRevision() {
    return new LambdaException(
        ErrorCode.PRECONDITION_FAILED,
        "The Revision Id provided does not match the latest Revision Id. Call the"
            + " GetFunction/GetAlias API to retrieve the latest Revision Id");
  }

  static LambdaException storageExceeded() {
    return new LambdaException(
        ErrorCode.CODE_STORAGE_EXCEEDED,
        "Code storage limit exceeded. Delete functions, versions or layers, or raise the setting"
            + " code.totalSize.");
  }

  static LambdaException invalidMarker() {
    return invalid("Invalid Marker: give the NextMarker of the previous page, unchanged");
  }

  static LambdaException tooMany(String what) {
    return new LambdaException(ErrorCode.TOO_MANY_REQUESTS, "Rate exceeded: " + what);
  }

  static LambdaException service(String what, Throwable cause) {
    return new LambdaException(ErrorCode.SERVICE, what, cause);
  }
}
