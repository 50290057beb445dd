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

  static LambdaException tooMany(String what) {
    return new LambdaException(ErrorCode.TOO_MANY_REQUESTS, "Rate exceeded: " + what);
  }

  static LambdaException service(String what, Throwable cause) {
    return new LambdaException(ErrorCode.SERVICE, what, cause);
  }
}
