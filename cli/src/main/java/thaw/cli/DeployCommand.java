package thaw.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import thaw.cli.client.Json;
import thaw.cli.deploy.DeploymentPackage;

@Command(
    name = "deploy",
    description = "Creates or updates a function from a directory, a zip or a jar.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw deploy examples/provided-shell",
      "  thaw deploy app.zip --name app --runtime python3.13 --handler app.handler --memory 256",
      "",
      "A directory says what it is in function.conf (docs/function-conf.md)."
    })
final class DeployCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "DIR|ZIP|JAR", description = "What to deploy.")
  private Path source = Path.of("");

  @Mixin private FunctionOptions function = new FunctionOptions();

  @Option(names = "--json", description = "Print the function's configuration as JSON.")
  private boolean json;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  DeployCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    DeploymentPackage code = DeploymentPackage.of(source);
    Deployment.Outcome outcome = new Deployment(endpoint.lambda(context)).deploy(code, function);
    if (json) {
      context.out().println(Json.pretty(outcome.configuration()));
    } else {
      context.out().println(function.name(code) + " " + outcome.outcome());
    }
    return ExitCodes.OK;
  }
}
