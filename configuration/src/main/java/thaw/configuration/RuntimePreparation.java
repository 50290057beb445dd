package thaw.configuration;

import java.io.IOException;

/** Sees to it that a guest runtime's image is there; may take its time, and is called again. */
@FunctionalInterface
public interface RuntimePreparation {
  /** Where all images are there from the start. */
  RuntimePreparation NONE = runtime -> {};

  /**
   * Called in the background when a function of the runtime is created or changed, which is Pending
   * or in progress until this returns.
   *
   * @param runtime name of the guest runtime, for example {@code python3.13}
   * @throws IOException why there is no image, for the function's owner
   */
  void prepare(String runtime) throws IOException;
}
