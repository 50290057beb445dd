package thaw.cli;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import thaw.cli.client.HttpClient;
import thaw.cli.client.InvokeAnswer;
import thaw.cli.client.LambdaClient;
import thaw.cli.deploy.DeploymentPackage;

@Command(
    name = "run",
    description = {
      "Deploys a function and invokes it, starting the platform if it is not up.",
      "The answer's bytes go to stdout; the log and where the time went to stderr.",
      "Exit code 1 if the function failed."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw run examples/hello-python '{\"name\":\"Ada\"}'",
      "  thaw run examples/provided-c @event.json",
      "  thaw run app.zip --runtime python3.13 --handler app.handler"
    })
final class RunCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(index = "0", paramLabel = "DIR|ZIP|JAR", description = "What to deploy.")
  private Path source = Path.of("");

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PAYLOAD",
      defaultValue = "{}",
      description = "The event: a text, @FILE, or - for stdin (default: {}).")
  private String payload = "{}";

  @Mixin private FunctionOptions function = new FunctionOptions();

  @Option(names = "--json", description = "Print answer, log and times as one JSON object.")
  private boolean json;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  RunCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    byte[] event = Payload.read(payload, context);
    DeploymentPackage code = DeploymentPackage.of(source);
    // Complains now, not after minutes of building images.
    String runtime = function.configuration(code).path("Runtime").asString("");
    LambdaClient lambda =
        new LambdaClient(new HttpClient(endpoint.upEndpoint(context, Set.of(runtime))));
    Deployment.Outcome outcome = new Deployment(lambda).deploy(code, function);
    context.err().println("Function " + function.name(code) + " " + outcome.outcome());
    long begunNanos = System.nanoTime();
    InvokeAnswer answer = lambda.invoke(function.name(code), event, true);
    double millis = (System.nanoTime() - begunNanos) / 1e6;
    Answers answers = new Answers(context);
    if (json) {
      return answers.printJson(answer, millis);
    }
    int exitCode = answers.print(answer);
    answers.printTimes(answer, millis);
    return exitCode;
  }
}
