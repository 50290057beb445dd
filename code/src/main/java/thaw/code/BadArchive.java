package thaw.code;

import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.Limits;

/** What a client is told about an archive that is refused: AWS's text, then what Thaw found. */
final class BadArchive {
  private static final int SHOWN_CHARS = 200;

  private BadArchive() {}

  static LambdaException unreadable(String finding) {
    return refused(
        "Could not unzip uploaded file. Please check your file, then try to upload again. ("
            + finding
            + ")");
  }

  static LambdaException empty() {
    return refused("Uploaded file must be a non-empty zip");
  }

  static LambdaException zippedTooLarge() {
    return refused("Zipped size must be smaller than " + Limits.ZIPPED_CODE_BYTES + " bytes");
  }

  static LambdaException unzippedTooLarge() {
    return refused("Unzipped size must be smaller than " + Limits.UNZIPPED_CODE_BYTES + " bytes");
  }

  /** An entry's name fit for a message: bounded, and without characters that steer terminals. */
  static String shown(String name) {
    StringBuilder text = new StringBuilder("'");
    name.codePoints()
        .limit(SHOWN_CHARS)
        .forEach(c -> text.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return text.append(name.length() > SHOWN_CHARS ? "…'" : "'").toString();
  }

  private static LambdaException refused(String message) {
    return new LambdaException(ErrorCode.INVALID_PARAMETER_VALUE, message);
  }
}
