package thaw.cli.platform;

import java.net.URI;
import thaw.cli.Context;

/** Says how far a platform's start is: to a person, or to the process that started it. */
final class Announcer {
  private final Context context;
  private final boolean toProcess;

  Announcer(Context context, boolean toProcess) {
    this.context = context;
    this.toProcess = toProcess;
  }

  void step(String text) {
    if (toProcess) {
      line(PlatformProcess.STEP + text);
    } else {
      context.err().println(text);
    }
  }

  void ready(URI endpoint) {
    if (toProcess) {
      line(PlatformProcess.READY + endpoint);
      context.out().close(); // whoever waits has heard all there is
    } else {
      context.err().println("Thaw is up at " + endpoint + ". Ctrl-C ends it.");
    }
  }

  void failed(String message) {
    if (toProcess) {
      line(PlatformProcess.FAILED + message.replace("\n", "\\n"));
    }
  }

  private void line(String text) {
    context.out().println(text);
    context.out().flush();
  }
}
