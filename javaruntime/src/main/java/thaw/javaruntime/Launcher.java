package thaw.javaruntime;

import com.amazonaws.services.lambda.crac.Core;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;

/**
 * The java runtimes' main class. A function's process is AWS's runtime interface client from the
 * start; a template's becomes it once it was told its function.
 */
public final class Launcher {
  private Launcher() {}

  /**
   * Serves until the sandbox ends.
   *
   * @param arguments none: all is in the environment
   */
  public static void main(String[] arguments) throws Throwable {
    Internals.enableNativeAccess();
    if (System.getenv(Template.INVOKES) != null) {
      Template.serve();
    }
    if ("snap-start".equals(System.getenv("AWS_LAMBDA_INITIALIZATION_TYPE"))) {
      // Before any hook of the function's: hooks run after the restore in the order of
      // registration.
      Core.getGlobalContext().register(RenewalHook.INSTANCE);
    }
    AWSLambda.main(new String[] {System.getenv("_HANDLER")});
  }
}
