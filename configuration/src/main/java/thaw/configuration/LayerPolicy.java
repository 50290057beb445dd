package thaw.configuration;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The resource-based policy of a layer version: which other accounts may use it.
 *
 * @param revisionId changes with every change of the policy
 * @param json the document that GetLayerVersionPolicy answers
 * @see <a
 *     href="https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html">AWS:
 *     layer access for other accounts</a>
 */
record LayerPolicy(String revisionId, String json) {
  /** Most bytes of a policy, as on AWS. */
  private static final int MOST_BYTES = 20_480;

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * What comes of adding a statement.
   *
   * @param statement as JSON
   */
  record Added(LayerPolicy policy, String statement) {}

  /**
   * A policy with a statement more.
   *
   * @param arn of the layer's version
   * @throws LambdaException RESOURCE_CONFLICT if there is a statement of that id,
   *     PRECONDITION_FAILED if another revision is asked for, POLICY_LENGTH_EXCEEDED
   */
  static Added add(
      Optional<LayerPolicy> present, String arn, AddLayerVersionPermissionRequest request) {
    requireRevision(present, Optional.ofNullable(request.revisionId()));
    ObjectNode document = present.map(LayerPolicy::document).orElseGet(LayerPolicy::emptyDocument);
    ArrayNode statements = (ArrayNode) document.get("Statement");
    if (statementOf(statements, request.statementId()) >= 0) {
      throw new LambdaException(
          ErrorCode.RESOURCE_CONFLICT,
          ("The statement id (%s) provided already exists. Please provide a new statement id, or"
                  + " remove the existing statement.")
              .formatted(request.statementId()));
    }
    ObjectNode statement = statement(arn, request);
    statements.add(statement);
    String json = document.toString();
    int bytes = json.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      throw new LambdaException(
          ErrorCode.POLICY_LENGTH_EXCEEDED,
          "The final policy size (%d) is bigger than the limit (%d).".formatted(bytes, MOST_BYTES));
    }
    return new Added(new LayerPolicy(UUID.randomUUID().toString(), json), statement.toString());
  }

  /**
   * A policy without one of its statements.
   *
   * @return empty if none is left
   * @throws LambdaException RESOURCE_NOT_FOUND if there is no such statement, PRECONDITION_FAILED
   *     if another revision is asked for
   */
  static Optional<LayerPolicy> remove(
      Optional<LayerPolicy> present, String statementId, Optional<String> revisionId) {
    ObjectNode document = present.map(LayerPolicy::document).orElseGet(LayerPolicy::emptyDocument);
    ArrayNode statements = (ArrayNode) document.get("Statement");
    int index = statementOf(statements, statementId);
    if (index < 0) {
      throw new LambdaException(
          ErrorCode.RESOURCE_NOT_FOUND,
          "Statement " + statementId + " is not found in resource policy.");
    }
    requireRevision(present, revisionId);
    statements.remove(index);
    return statements.isEmpty()
        ? Optional.empty()
        : Optional.of(new LayerPolicy(UUID.randomUUID().toString(), document.toString()));
  }

  /**
   * Whether it lets an account use the layer's version. Which accounts are an organization's nobody
   * knows here: what is granted to one is granted to none.
   */
  boolean allows(String accountId) {
    for (JsonNode statement : document().get("Statement")) {
      JsonNode principal = statement.get("Principal");
      boolean everyone = principal.isString() && !statement.has("Condition");
      if (everyone || account(principal).filter(accountId::equals).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> account(JsonNode principal) {
    return principal.isObject()
        ? Optional.of(principal.get("AWS").asString().split(":", -1)[4])
        : Optional.empty();
  }

  private ObjectNode document() {
    return (ObjectNode) JSON.readTree(json);
  }

  private static ObjectNode emptyDocument() {
    ObjectNode document = JSON.createObjectNode();
    document.put("Version", "2012-10-17").put("Id", "default").putArray("Statement");
    return document;
  }

  private static ObjectNode statement(String arn, AddLayerVersionPermissionRequest request) {
    ObjectNode statement = JSON.createObjectNode();
    statement.put("Sid", request.statementId()).put("Effect", "Allow");
    String principal = request.principal();
    if (principal.equals("*")) {
      statement.put("Principal", principal);
    } else {
      statement
          .putObject("Principal")
          .put(
              "AWS",
              principal.startsWith("arn:") ? principal : "arn:aws:iam::" + principal + ":root");
    }
    statement.put("Action", request.action()).put("Resource", arn);
    if (request.organizationId() != null) {
      if (!principal.equals("*")) {
        throw FunctionErrors.invalid("OrganizationId can be given only with the principal *.");
      }
      statement
          .putObject("Condition")
          .putObject("StringEquals")
          .put("aws:PrincipalOrgID", request.organizationId());
    }
    return statement;
  }

  private static int statementOf(ArrayNode statements, String id) {
    return statements
        .valueStream()
        .map(statement -> statement.get("Sid").asString())
        .toList()
        .indexOf(id);
  }

  private static void requireRevision(Optional<LayerPolicy> present, Optional<String> asked) {
    if (asked.isPresent() && !asked.equals(present.map(LayerPolicy::revisionId))) {
      throw new LambdaException(
          ErrorCode.PRECONDITION_FAILED,
          "The Revision Id provided does not match the latest Revision Id. Call the"
              + " GetLayerPolicy API to retrieve the latest Revision Id");
    }
  }
}
