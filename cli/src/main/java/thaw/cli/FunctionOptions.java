package thaw.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import thaw.cli.client.Json;
import thaw.cli.deploy.DeploymentPackage;
import thaw.cli.deploy.FunctionConf;
import tools.jackson.databind.node.ObjectNode;

/** What is said about a function on the command line; it wins over {@code function.conf}. */
final class FunctionOptions {
  @Option(names = "--name", paramLabel = "NAME", description = "FunctionName.")
  private @Nullable String name;

  @Option(names = "--runtime", paramLabel = "RUNTIME", description = "For example python3.13.")
  private @Nullable String runtime;

  @Option(names = "--handler", paramLabel = "HANDLER", description = "For example app.handler.")
  private @Nullable String handler;

  @Option(names = "--memory", paramLabel = "MB", description = "MemorySize, 128 to 10240.")
  private @Nullable Integer memory;

  @Option(names = "--timeout", paramLabel = "SECONDS", description = "Timeout, 1 to 900.")
  private @Nullable Integer timeout;

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "Environment variable; may be repeated.")
  private Map<String, String> environment = new LinkedHashMap<>();

  String name(DeploymentPackage code) {
    return Optional.ofNullable(name).or(() -> code.conf().name()).orElse(code.defaultName());
  }

  /** The configuration's fields as CreateFunction and UpdateFunctionConfiguration take them. */
  ObjectNode configuration(DeploymentPackage code) {
    FunctionConf conf = code.conf();
    ObjectNode node = Json.object();
    if (code.image().isPresent()) {
      ObjectNode config = node.putObject("ImageConfig"); // an empty one takes away what was set
      addIfAny(config, "EntryPoint", conf.entryPoint());
      addIfAny(config, "Command", conf.command());
      conf.workingDirectory().ifPresent(directory -> config.put("WorkingDirectory", directory));
      return common(node, conf);
    }
    String chosenRuntime =
        Optional.ofNullable(runtime)
            .or(conf::runtime)
            .orElseThrow(() ->
                new UserError(
                    "no runtime is given for " + name(code),
                    "Say runtime = python3.13 in function.conf, or --runtime python3.13."));
    node.put("Runtime", chosenRuntime);
    node.put("Handler", handler(chosenRuntime, conf, code));
    return common(node, conf);
  }

  private static void addIfAny(ObjectNode config, String name, List<String> texts) {
    if (!texts.isEmpty()) {
      texts.forEach(config.putArray(name)::add);
    }
  }

  private ObjectNode common(ObjectNode node, FunctionConf conf) {
    node.put("Description", conf.description());
    node.put("MemorySize", memory == null ? conf.memorySize() : memory);
    node.put("Timeout", timeout == null ? conf.timeout() : timeout);
    node.putObject("EphemeralStorage").put("Size", conf.ephemeralStorage());
    ObjectNode variables = node.putObject("Environment").putObject("Variables");
    conf.environment().forEach(variables::put);
    environment.forEach(variables::put);
    return node;
  }

  private String handler(String chosenRuntime, FunctionConf conf, DeploymentPackage code) {
    Optional<String> given = Optional.ofNullable(handler).or(conf::handler);
    if (given.isEmpty() && chosenRuntime.startsWith("provided")) {
      return "bootstrap";
    }
    return given.orElseThrow(() ->
        new UserError(
            "no handler is given for " + name(code),
            "Say handler = app.handler (file and function) in function.conf, or --handler."));
  }
}
