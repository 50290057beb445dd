package thaw.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import thaw.cli.client.InvokeAnswer;
import thaw.cli.client.LambdaClient;

@Command(
    name = "invoke",
    description = {
      "Invokes a function and prints its answer.",
      "The answer's bytes go to stdout. Exit code 1 if the function failed."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw invoke hello-python '{\"name\":\"Grace\"}'",
      "  thaw invoke hello-python @event.json --tail",
      "  date | thaw invoke provided-shell -"
    })
final class InvokeCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(index = "0", paramLabel = "NAME", description = "Function name or ARN.")
  private String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PAYLOAD",
      defaultValue = "{}",
      description = "The event: a text, @FILE, or - for stdin (default: {}).")
  private String payload = "{}";

  @Option(names = "--tail", description = "Print the end of the invocation's log on stderr.")
  private boolean tail;

  @Option(names = "--json", description = "Print answer, log and times as one JSON object.")
  private boolean json;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  InvokeCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    byte[] event = Payload.read(payload, context);
    LambdaClient lambda = endpoint.lambda(context);
    long begunNanos = System.nanoTime();
    InvokeAnswer answer = lambda.invoke(name, event, tail);
    double millis = (System.nanoTime() - begunNanos) / 1e6;
    Answers answers = new Answers(context);
    return json ? answers.printJson(answer, millis) : answers.print(answer);
  }
}
