package thaw.frontend;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayersRequest;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionRequest;
import thaw.api.Constraints;
import thaw.configuration.Layers;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/** The operations on Lambda layers. */
final class LayerApi {
  private final Layers layers;
  private final Names names;
  private final Bodies bodies;
  private final BodyBudget budget;
  private final CodeLinks links;
  private final Answers answers;

  LayerApi(
      Layers layers,
      Names names,
      Bodies bodies,
      BodyBudget budget,
      CodeLinks links,
      Answers answers) {
    this.layers = layers;
    this.names = names;
    this.bodies = bodies;
    this.budget = budget;
    this.links = links;
    this.answers = answers;
  }

  void publish(ServerRequest request, ServerResponse response, String name) throws IOException {
    try (var _ = budget.take(2 * Math.min(Bodies.length(request), Bodies.JSON_BYTES))) {
      var publish = PublishLayerVersionRequest.builder();
      bodies.json(request, publish, "PublishLayerVersion");
      var checked = checked(publish.layerName(name).build());
      show(request, response, Status.CREATED_201, layers.publish(names.ownLayer(name), checked));
    }
  }

  /** ListLayers, or GetLayerVersionByArn, which has the same path. */
  void list(ServerRequest request, ServerResponse response) {
    if (Query.one(request, "find").isPresent()) {
      getByArn(request, response);
      return;
    }
    var list =
        checked(
            ListLayersRequest.builder()
                .compatibleRuntime(Query.one(request, "CompatibleRuntime").orElse(null))
                .compatibleArchitecture(Query.one(request, "CompatibleArchitecture").orElse(null))
                .marker(Query.one(request, "Marker").orElse(null))
                .maxItems(Query.integer(request, "MaxItems").orElse(null))
                .build());
    answers.shape(response, Status.OK_200, layers.list(names.accountId(), list));
  }

  void versions(ServerRequest request, ServerResponse response, String name) {
    var list =
        checked(
            ListLayerVersionsRequest.builder()
                .layerName(name)
                .compatibleRuntime(Query.one(request, "CompatibleRuntime").orElse(null))
                .compatibleArchitecture(Query.one(request, "CompatibleArchitecture").orElse(null))
                .marker(Query.one(request, "Marker").orElse(null))
                .maxItems(Query.integer(request, "MaxItems").orElse(null))
                .build());
    answers.shape(response, Status.OK_200, layers.versions(names.ownLayer(name), list));
  }

  void get(ServerRequest request, ServerResponse response, String name, String version) {
    long number = number(version);
    checked(GetLayerVersionRequest.builder().layerName(name).versionNumber(number).build());
    show(
        request, response, Status.OK_200, layers.get(names.layer(name), number, names.accountId()));
  }

  private void getByArn(ServerRequest request, ServerResponse response) {
    String arn = Query.one(request, "Arn").orElse(null);
    String checked = checked(GetLayerVersionByArnRequest.builder().arn(arn).build()).arn();
    long number = number(checked.substring(checked.lastIndexOf(':') + 1));
    show(
        request,
        response,
        Status.OK_200,
        layers.get(names.layer(checked), number, names.accountId()));
  }

  void delete(ServerResponse response, String name, String version) {
    long number = number(version);
    checked(DeleteLayerVersionRequest.builder().layerName(name).versionNumber(number).build());
    layers.delete(names.ownLayer(name), number);
    Answers.noContent(response);
  }

  void addPermission(ServerRequest request, ServerResponse response, String name, String version)
      throws IOException {
    try (var _ = budget.take(2 * Math.min(Bodies.length(request), Bodies.JSON_BYTES))) {
      var add = AddLayerVersionPermissionRequest.builder();
      bodies.json(request, add, "AddLayerVersionPermission");
      var checked =
          checked(
              add.layerName(name)
                  .versionNumber(number(version))
                  .revisionId(Query.one(request, "RevisionId").orElse(null))
                  .build());
      answers.shape(
          response, Status.CREATED_201, layers.addPermission(names.ownLayer(name), checked));
    }
  }

  void removePermission(
      ServerRequest request,
      ServerResponse response,
      String name,
      String version,
      String statementId) {
    var checked =
        checked(
            RemoveLayerVersionPermissionRequest.builder()
                .layerName(name)
                .versionNumber(number(version))
                .statementId(statementId)
                .revisionId(Query.one(request, "RevisionId").orElse(null))
                .build());
    layers.removePermission(names.ownLayer(name), checked);
    Answers.noContent(response);
  }

  void policy(ServerResponse response, String name, String version) {
    long number = number(version);
    checked(GetLayerVersionPolicyRequest.builder().layerName(name).versionNumber(number).build());
    answers.shape(response, Status.OK_200, layers.policy(names.ownLayer(name), number));
  }

  private void show(
      ServerRequest request,
      ServerResponse response,
      Status status,
      GetLayerVersionResponse version) {
    var content = version.content();
    String hash = HexFormat.of().formatHex(Base64.getDecoder().decode(content.codeSha256()));
    String location = "http://" + request.headers().get(HeaderNames.HOST).get() + links.link(hash);
    answers.shape(
        response,
        status,
        version.toBuilder().content(content.toBuilder().location(location).build()).build());
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new LambdaException(
          ErrorCode.SERIALIZATION, "STRING_VALUE can not be converted to a Long", e);
    }
  }

  private static <T extends SdkPojo> T checked(T request) {
    Constraints.check(request);
    return request;
  }
}
