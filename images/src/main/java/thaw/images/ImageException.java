package thaw.images;

import java.io.IOException;

/** An image that cannot be had, or cannot be used. The message is for who named the image. */
public final class ImageException extends IOException {
  private static final long serialVersionUID = 1;

  private final Cause cause;

  /** What is wrong, as far as one would do something else about it. */
  public enum Cause {
    /** What names it is no name of an image. */
    BAD_NAME,
    /** There is none of this name. */
    NOT_FOUND,
    /** Whoever has it does not give it to Thaw. */
    ACCESS_DENIED,
    /** It is no image that can run here, or is damaged. */
    INVALID,
    /** Its registry does not answer, or fails. */
    UNREACHABLE
  }

  public ImageException(Cause cause, String message) {
    super(message);
    this.cause = cause;
  }

  ImageException(Cause cause, String message, Throwable why) {
    super(message, why);
    this.cause = cause;
  }

  static ImageException invalid(String message) {
    return new ImageException(Cause.INVALID, message);
  }

  /** What is wrong. */
  public Cause reason() {
    return cause;
  }
}
