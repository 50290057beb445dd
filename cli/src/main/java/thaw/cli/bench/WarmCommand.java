package thaw.cli.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import thaw.cli.Context;
import thaw.cli.EndpointOptions;
import thaw.cli.ExitCodes;
import thaw.cli.Table;
import thaw.cli.UserError;
import thaw.cli.client.HttpClient;
import thaw.cli.client.Json;
import thaw.cli.client.LambdaClient;
import thaw.cli.client.PlatformStatus;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "warm",
    description = {
      "Measures invocations of a warm function, and the frontend alone (driver none: DryRun).",
      "Clients are keep-alive connections with one request under way each. Sandbox is the worker's"
          + " round trip to the handler, overhead the rest of what the client sees."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw bench warm",
      "  thaw bench warm --json --clients 1,2,8 --seconds 10",
      "  thaw bench warm --driver container --clients 1,8"
    })
final class WarmCommand implements Callable<Integer> {
  private static final byte[] EVENT = "{\"name\":\"Ada\"}".getBytes(StandardCharsets.UTF_8);

  private final Context context;

  @Option(
      names = "--runtime",
      paramLabel = "RUNTIME",
      description = "Runtime (default: ${DEFAULT-VALUE}).")
  private String runtime = "python3.13";

  @Option(
      names = "--driver",
      paramLabel = "microvm|container",
      description = "What functions must run in; a platform that is started for this gets it.")
  private @Nullable String driver;

  @Option(
      names = "--clients",
      split = ",",
      paramLabel = "N",
      description = "Numbers of clients, a row each (default: 1,2).")
  private List<Integer> clients = List.of(1, 2);

  @Option(
      names = "--frontend-clients",
      paramLabel = "N",
      description = "Connections for the frontend alone; 0 for no such row (default: 32).")
  private int frontendClients = 32;

  @Option(names = "--memory", paramLabel = "MB", description = "MemorySize (default: 512).")
  private int memory = 512;

  @Option(names = "--seconds", paramLabel = "N", description = "Measured per row (default: 5).")
  private int seconds = 5;

  @Option(names = "--json", description = "Print {\"bench\": \"warm\", \"results\": [...]}.")
  private boolean json;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  WarmCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    Optional.ofNullable(driver).ifPresent(endpoint::driver);
    URI platform = endpoint.upEndpoint(context, Set.of(runtime));
    HttpClient http = new HttpClient(platform);
    String measured = driverOf(http);
    LambdaClient lambda = new LambdaClient(http);
    List<WarmResult> results = new ArrayList<>();
    try (BenchFunction function = BenchFunction.create(lambda, runtime, memory)) {
      for (int count : clients) {
        context.err().println("Measuring " + runtime + " with " + count + " clients");
        Load.Result load = measure(platform, function.name(), "RequestResponse", count);
        results.add(new WarmResult(measured, runtime, count, memory, load));
      }
      if (frontendClients > 0) {
        context.err().println("Measuring the frontend with " + frontendClients + " clients");
        Load.Result load = measure(platform, function.name(), "DryRun", frontendClients);
        results.add(new WarmResult("none", "", frontendClients, memory, load));
      }
    }
    print(results);
    return ExitCodes.OK;
  }

  private String driverOf(HttpClient http) {
    String runs = PlatformStatus.ask(http).path("driver").asString("");
    if (driver != null && !driver.equals(runs)) {
      throw new UserError(
          "the platform that runs has driver " + runs + ", not " + driver,
          "Stop it with thaw down, or give this one a --data-dir and a port of its own.");
    }
    return runs;
  }

  private Load.Result measure(URI platform, String function, String type, int count)
      throws IOException {
    String head =
        "POST /2015-03-31/functions/"
            + function
            + "/invocations HTTP/1.1\r\nHost: "
            + platform.getRawAuthority()
            + "\r\nX-Amz-Invocation-Type: "
            + type
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + EVENT.length
            + "\r\n\r\n";
    byte[] request =
        (head + new String(EVENT, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    InetSocketAddress address = new InetSocketAddress(platform.getHost(), platform.getPort());
    Duration measured = Duration.ofSeconds(seconds);
    return Load.run(address, request, count, measured, measured);
  }

  private void print(List<WarmResult> results) {
    if (json) {
      ObjectNode node = Json.object().put("bench", "warm");
      ArrayNode rows = node.putArray("results");
      results.forEach(result -> result.addTo(rows.addObject()));
      context.out().println(Json.pretty(node));
      return;
    }
    Table table = WarmResult.table();
    results.forEach(result -> result.addTo(table));
    table.print(context.out());
  }
}
