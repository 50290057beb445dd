package thaw.cli;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import thaw.cli.client.FunctionState;
import thaw.cli.client.Json;
import thaw.cli.client.LambdaClient;
import thaw.cli.deploy.DeploymentPackage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Creates or updates a function through the AWS API and waits until it can be invoked. */
final class Deployment {
  /** Thaw keeps Role and shows it again; nothing is done with it. */
  private static final String ROLE = "arn:aws:iam::000000000000:role/thaw";

  private final LambdaClient lambda;

  Deployment(LambdaClient lambda) {
    this.lambda = lambda;
  }

  /**
   * @param outcome {@code created}, {@code updated} or {@code unchanged}
   * @param configuration the function's, once it is Active
   */
  record Outcome(String outcome, JsonNode configuration) {}

  Outcome deploy(DeploymentPackage code, FunctionOptions options) throws InterruptedException {
    String name = options.name(code);
    ObjectNode wanted = options.configuration(code);
    Optional<JsonNode> existing = lambda.getFunction(name).map(f -> f.path("Configuration"));
    if (existing.isEmpty()) {
      wanted.put("FunctionName", name).put("Role", ROLE);
      code.image().ifPresent(image -> wanted.put("PackageType", "Image"));
      wanted.set("Code", source(code));
      lambda.createFunction(wanted);
      return new Outcome("created", FunctionState.awaitActive(lambda, name));
    }
    List<String> changes = new ArrayList<>();
    if (!existing.get().path("CodeSha256").asString("").equals(sha256(name, code))) {
      lambda.updateFunctionCode(name, source(code));
      FunctionState.awaitActive(lambda, name);
      changes.add("code");
    }
    if (differs(existing.get(), wanted)) {
      lambda.updateFunctionConfiguration(name, wanted);
      changes.add("configuration");
    }
    return new Outcome(
        changes.isEmpty() ? "unchanged" : "updated", FunctionState.awaitActive(lambda, name));
  }

  private static ObjectNode source(DeploymentPackage code) {
    ObjectNode source = Json.object();
    return code.image().isPresent()
        ? source.put("ImageUri", code.image().get())
        : source.put("ZipFile", Base64.getEncoder().encodeToString(code.zip()));
  }

  /** As CodeSha256 will show it; what an image's tag names now, the platform finds out. */
  private String sha256(String name, DeploymentPackage code) {
    return code.image().isPresent()
        ? lambda
            .updateFunctionCode(name, source(code).put("DryRun", true))
            .path("CodeSha256")
            .asString("")
        : Digests.sha256Base64(code.zip());
  }

  private static boolean differs(JsonNode existing, ObjectNode wanted) {
    return wanted.properties().stream()
        .anyMatch(field -> {
          JsonNode current = current(existing, field.getKey());
          boolean empty = current.isMissingNode() || current.isNull();
          return empty ? !isEmpty(field.getValue()) : !current.equals(field.getValue());
        });
  }

  private static JsonNode current(JsonNode existing, String field) {
    return field.equals("ImageConfig")
        ? existing.path("ImageConfigResponse").path("ImageConfig")
        : existing.path(field);
  }

  /** An empty text, or an Environment without variables: AWS leaves such fields out. */
  private static boolean isEmpty(JsonNode value) {
    return value.isString()
        ? value.asString().isEmpty()
        : value.isObject()
            && (value.isEmpty() || (value.has("Variables") && value.path("Variables").isEmpty()));
  }
}
