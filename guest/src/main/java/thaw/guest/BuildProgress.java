package thaw.guest;

/** Hears how far a build is. Called on the building thread; must not block. */
public interface BuildProgress {
  /** What a step's total counts. */
  enum Unit {
    BYTES,
    ITEMS
  }

  /** Hears nothing. */
  BuildProgress NONE =
      new BuildProgress() {
        @Override
        public void stepBegun(String name, long total, Unit unit) {}

        @Override
        public void stepAdvanced(long done) {}

        @Override
        public void finished() {}
      };

  /**
   * A step begins, and the one before it is over.
   *
   * @param name for a person: "Downloading packages"
   * @param total of {@code unit}, at least 1
   */
  void stepBegun(String name, long total, Unit unit);

  /**
   * The step went on.
   *
   * @param done since the step began, never more than its total
   */
  void stepAdvanced(long done);

  /** The last step is over. Not called when nothing had to be built, nor after a failure. */
  void finished();
}
