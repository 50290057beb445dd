package thaw.cli;

/** What the thaw command exits with (docs/cli.md). */
public final class ExitCodes {
  /** All went well. */
  public static final int OK = 0;

  /** Something failed: the function, the API's answer, the machine. */
  public static final int FAILED = 1;

  /** The command line was wrong. */
  public static final int USAGE = 2;

  /** {@code thaw status}: no platform is running. */
  public static final int NOT_RUNNING = 3;

  private ExitCodes() {}
}
