package thaw.configuration;

import thaw.images.ImageException;

/**
 * Why a function or version could not be made ready.
 *
 * @param code as StateReasonCode and LastUpdateStatusReasonCode have it
 * @param reason for the function's owner
 */
record Unready(String code, String reason) {
  static Unready of(Exception e) {
    return e instanceof ImageException image
        ? new Unready(code(image), "The image could not be taken in: " + image.getMessage())
        : new Unready("InternalError", "The code could not be made ready: " + e.getMessage());
  }

  private static String code(ImageException e) {
    return switch (e.reason()) {
      case NOT_FOUND -> "ImageDeleted";
      case ACCESS_DENIED -> "ImageAccessDenied";
      case BAD_NAME, INVALID -> "InvalidImage";
      case UNREACHABLE -> "InternalError";
    };
  }
}
