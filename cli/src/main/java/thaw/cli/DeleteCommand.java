package thaw.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import thaw.cli.client.LambdaClient;

@Command(
    name = "delete",
    description = "Deletes functions.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw delete hello-python"})
final class DeleteCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(arity = "1..*", paramLabel = "NAME", description = "Function names or ARNs.")
  private List<String> names = List.of();

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  DeleteCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    LambdaClient lambda = endpoint.lambda(context);
    names.forEach(lambda::deleteFunction);
    return ExitCodes.OK;
  }
}
