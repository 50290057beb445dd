package thaw.cli.client;

import java.time.Duration;
import thaw.cli.UserError;
import tools.jackson.databind.JsonNode;

/** A function's State and LastUpdateStatus. */
public final class FunctionState {
  /** A runtime's image may have to be built first. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private static final long POLL_MILLIS = 50;

  private FunctionState() {}

  /**
   * Waits until it is Active and its last update is through. The API offers nothing but asking
   * again; AWS's own waiters do the same.
   *
   * @return its configuration
   * @throws UserError if it failed, is gone, or takes too long
   */
  public static JsonNode awaitActive(LambdaClient lambda, String name) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode configuration =
          lambda
              .getFunction(name)
              .orElseThrow(() -> new UserError("the function " + name + " was deleted meanwhile"))
              .path("Configuration");
      String state = configuration.path("State").asString("Active");
      String update = configuration.path("LastUpdateStatus").asString("Successful");
      if (state.equals("Failed") || update.equals("Failed")) {
        throw new UserError(
            "the function "
                + name
                + " failed to become active: "
                + configuration.path("StateReason").asString("")
                + configuration.path("LastUpdateStatusReason").asString(""));
      }
      if (state.equals("Active") && update.equals("Successful")) {
        return configuration;
      }
      if (System.nanoTime() > deadlineNanos) {
        throw new UserError(
            "the function "
                + name
                + " is still "
                + state
                + " (last update: "
                + update
                + ") after "
                + PATIENCE.toSeconds()
                + " s",
            "See the platform's log.");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
