package thaw.frontend;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.Optional;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionCodeLocation;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.api.Constraints;
import thaw.configuration.ConfigurationService;
import thaw.configuration.StoredFunction;
import thaw.model.FunctionReference;

/** The operations on functions: reads a request, checks it, lets the configuration service act. */
final class FunctionApi {
  private final ConfigurationService functions;
  private final Names names;
  private final Bodies bodies;
  private final BodyBudget budget;
  private final CodeLinks links;
  private final Answers answers;

  FunctionApi(
      ConfigurationService functions,
      Names names,
      Bodies bodies,
      BodyBudget budget,
      CodeLinks links,
      Answers answers) {
    this.functions = functions;
    this.names = names;
    this.bodies = bodies;
    this.budget = budget;
    this.links = links;
    this.answers = answers;
  }

  void create(ServerRequest request, ServerResponse response) throws IOException {
    try (var _ = document(request)) {
      var create = CreateFunctionRequest.builder();
      bodies.json(request, create, "CreateFunction");
      var checked = checked(create.build());
      answers.shape(
          response,
          Status.CREATED_201,
          functions.create(parse(checked.functionName(), Optional.empty()), checked));
    }
  }

  void list(ServerRequest request, ServerResponse response) {
    var list =
        checked(
            ListFunctionsRequest.builder()
                .masterRegion(Query.one(request, "MasterRegion").orElse(null))
                .functionVersion(Query.one(request, "FunctionVersion").orElse(null))
                .marker(Query.one(request, "Marker").orElse(null))
                .maxItems(Query.integer(request, "MaxItems").orElse(null))
                .build());
    answers.shape(response, Status.OK_200, functions.list(names.accountId(), list));
  }

  void get(ServerRequest request, ServerResponse response, String name) {
    Optional<String> qualifier = Query.one(request, "Qualifier");
    checked(
        GetFunctionRequest.builder().functionName(name).qualifier(qualifier.orElse(null)).build());
    var stored = functions.get(parse(name, qualifier));
    var answer =
        GetFunctionResponse.builder()
            .configuration(stored.configuration())
            .code(
                stored
                    .image()
                    .map(FunctionApi::location)
                    .orElseGet(() -> location(request, stored.codeSha256())));
    if (!stored.tags().isEmpty()) {
      answer.tags(stored.tags());
    }
    answers.shape(response, Status.OK_200, answer.build());
  }

  private static FunctionCodeLocation location(StoredFunction.Image image) {
    return FunctionCodeLocation.builder()
        .repositoryType("ECR")
        .imageUri(image.uri())
        .resolvedImageUri(image.resolvedUri())
        .build();
  }

  private FunctionCodeLocation location(ServerRequest request, String codeSha256) {
    String host = request.headers().get(HeaderNames.HOST).get();
    return FunctionCodeLocation.builder()
        .repositoryType("S3")
        .location("http://" + host + links.link(codeSha256))
        .build();
  }

  void getConfiguration(ServerRequest request, ServerResponse response, String name) {
    Optional<String> qualifier = Query.one(request, "Qualifier");
    checked(
        GetFunctionConfigurationRequest.builder()
            .functionName(name)
            .qualifier(qualifier.orElse(null))
            .build());
    answers.shape(response, Status.OK_200, functions.getConfiguration(parse(name, qualifier)));
  }

  /** There are no code signing configurations, and so no function has one. */
  void getCodeSigningConfig(ServerResponse response, String name) {
    checked(GetFunctionCodeSigningConfigRequest.builder().functionName(name).build());
    var function = functions.getConfiguration(parse(name, Optional.empty()));
    answers.shape(
        response,
        Status.OK_200,
        GetFunctionCodeSigningConfigResponse.builder()
            .functionName(function.functionName())
            .build());
  }

  void updateCode(ServerRequest request, ServerResponse response, String name) throws IOException {
    try (var _ = document(request)) {
      var update = UpdateFunctionCodeRequest.builder();
      bodies.json(request, update, "UpdateFunctionCode");
      var checked = checked(update.functionName(name).build());
      answers.shape(
          response, Status.OK_200, functions.updateCode(parse(name, Optional.empty()), checked));
    }
  }

  void updateConfiguration(ServerRequest request, ServerResponse response, String name)
      throws IOException {
    try (var _ = document(request)) {
      var update = UpdateFunctionConfigurationRequest.builder();
      bodies.json(request, update, "UpdateFunctionConfiguration");
      var checked = checked(update.functionName(name).build());
      answers.shape(
          response,
          Status.OK_200,
          functions.updateConfiguration(parse(name, Optional.empty()), checked));
    }
  }

  void publishVersion(ServerRequest request, ServerResponse response, String name) {
    try (var _ = document(request)) {
      var publish = PublishVersionRequest.builder();
      bodies.json(request, publish, "PublishVersion");
      var checked = checked(publish.functionName(name).build());
      answers.shape(
          response, Status.CREATED_201, functions.publish(parse(name, Optional.empty()), checked));
    }
  }

  void listVersions(ServerRequest request, ServerResponse response, String name) {
    var list =
        checked(
            ListVersionsByFunctionRequest.builder()
                .functionName(name)
                .marker(Query.one(request, "Marker").orElse(null))
                .maxItems(Query.integer(request, "MaxItems").orElse(null))
                .build());
    answers.shape(
        response, Status.OK_200, functions.listVersions(parse(name, Optional.empty()), list));
  }

  void delete(ServerRequest request, ServerResponse response, String name) {
    Optional<String> qualifier = Query.one(request, "Qualifier");
    checked(
        DeleteFunctionRequest.builder()
            .functionName(name)
            .qualifier(qualifier.orElse(null))
            .build());
    functions.delete(parse(name, qualifier));
    Answers.noContent(response);
  }

  /** Twice the document: what it holds in base64 stands in memory beside what comes in. */
  private BodyBudget.Share document(ServerRequest request) {
    return budget.take(2 * Math.min(Bodies.length(request), Bodies.JSON_BYTES));
  }

  private FunctionReference parse(String name, Optional<String> qualifier) {
    return names.parse(name, qualifier);
  }

  private static <T extends SdkPojo> T checked(T request) {
    Constraints.check(request);
    return request;
  }
}
