package thaw.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import thaw.cli.client.Json;

@Command(
    name = "version",
    description = "Prints Thaw's version and the JVM it runs on.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw version", "  thaw version --json"})
final class VersionCommand implements Runnable {
  private final Context context;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VersionCommand(Context context) {
    this.context = context;
  }

  @Override
  public void run() {
    String java = Runtime.version().toString();
    if (json) {
      context
          .out()
          .println(Json.pretty(Json.object().put("thaw", Version.current()).put("java", java)));
    } else {
      context.out().println("thaw " + Version.current() + " (Java " + java + ")");
    }
  }
}
