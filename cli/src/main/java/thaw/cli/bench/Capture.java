package thaw.cli.bench;

import java.io.IOException;
import java.util.OptionalDouble;
import thaw.cli.UserError;

/**
 * What taking a function's own snapshot took.
 *
 * @param initMillis INIT of a start without it, from the runtime layer
 * @param millis from the publication of the version until it can be invoked: INIT once more, and
 *     the capture
 */
record Capture(double initMillis, double millis) {
  private static final int STARTS_MAX = 50;

  /** A version, and what its snapshot took. */
  record Published(String version, Capture capture) {}

  /**
   * Publishes a version of a function, once a start of it went on from its runtime layer: what that
   * takes to make is not the function's.
   */
  static Published publish(BenchPlatform platform, String function)
      throws IOException, InterruptedException {
    double initMillis = initMillis(platform, function);
    platform.awaitRest();
    long begin = System.nanoTime();
    String version = ColdstartFunction.publish(platform.lambda(), function);
    return new Published(version, new Capture(initMillis, (System.nanoTime() - begin) / 1e6));
  }

  private static double initMillis(BenchPlatform platform, String function)
      throws IOException, InterruptedException {
    for (int start = 0; start < STARTS_MAX; start++) {
      platform.awaitRest();
      var answer = ColdstartCommand.invoke(platform, function);
      OptionalDouble init = answer.timing().millis("init");
      if (init.isPresent() && ColdstartCommand.origin(answer).equals("runtime")) {
        return init.getAsDouble();
      }
    }
    throw new UserError("no start of " + function + " goes on from its runtime layer");
  }
}
