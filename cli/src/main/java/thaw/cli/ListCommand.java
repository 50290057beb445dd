package thaw.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import thaw.cli.client.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "list",
    description = "Lists the functions.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw list", "  thaw list --json | jq -r '.functions[].FunctionName'"})
final class ListCommand implements Callable<Integer> {
  private final Context context;

  @Option(names = "--json", description = "Print {\"functions\": [...]}, each as the API shows it.")
  private boolean json;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  ListCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    List<JsonNode> functions = endpoint.lambda(context).listFunctions();
    if (json) {
      ObjectNode node = Json.object();
      node.putArray("functions").addAll(functions);
      context.out().println(Json.pretty(node));
      return ExitCodes.OK;
    }
    Table table = new Table("NAME", "RUNTIME", "MEMORY", "TIMEOUT", "STATE", "MODIFIED");
    for (JsonNode function : functions) {
      table.row(
          function.path("FunctionName").asString(""),
          function.path("Runtime").asString(""),
          function.path("MemorySize").asString("") + " MB",
          function.path("Timeout").asString("") + " s",
          function.path("State").asString(""),
          function.path("LastModified").asString(""));
    }
    table.print(context.out());
    return ExitCodes.OK;
  }
}
