package thaw.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thaw} without a command. */
@Command(
    name = "thaw",
    description = "AWS Lambda on your own machines: every function in its own microVM.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw run examples/hello-python '{\"name\":\"Ada\"}'",
      "  thaw deploy examples/provided-shell",
      "  thaw invoke hello-python '{\"name\":\"Grace\"}'",
      "  aws --endpoint-url http://127.0.0.1:9000 lambda list-functions",
      "",
      "thaw COMMAND --help explains a command."
    })
final class ThawCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing a command");
  }
}
