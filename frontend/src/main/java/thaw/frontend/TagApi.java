package thaw.frontend;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsResponse;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import thaw.api.Constraints;
import thaw.configuration.ConfigurationService;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;

/** The operations on tags. Functions have them; nothing else that Thaw offers has. */
final class TagApi {
  private final ConfigurationService functions;
  private final Names names;
  private final Bodies bodies;
  private final BodyBudget budget;
  private final Answers answers;

  TagApi(
      ConfigurationService functions,
      Names names,
      Bodies bodies,
      BodyBudget budget,
      Answers answers) {
    this.functions = functions;
    this.names = names;
    this.bodies = bodies;
    this.budget = budget;
    this.answers = answers;
  }

  void list(ServerRequest request, ServerResponse response, String arn) {
    Constraints.check(ListTagsRequest.builder().resource(arn).build());
    answers.shape(
        response,
        Status.OK_200,
        ListTagsResponse.builder().tags(functions.tags(function(arn))).build());
  }

  void tag(ServerRequest request, ServerResponse response, String arn) {
    try (var _ = budget.take(2 * Math.min(Bodies.length(request), Bodies.JSON_BYTES))) {
      var builder = TagResourceRequest.builder();
      bodies.json(request, builder, "TagResource");
      var tag = builder.resource(arn).build();
      Constraints.check(tag);
      functions.tag(function(arn), tag.tags());
    }
    Answers.noContent(response);
  }

  void untag(ServerRequest request, ServerResponse response, String arn) {
    List<String> keys = Query.all(request, "tagKeys");
    var untag = UntagResourceRequest.builder().resource(arn);
    if (!keys.isEmpty()) {
      untag.tagKeys(keys);
    }
    Constraints.check(untag.build());
    functions.untag(function(arn), keys);
    Answers.noContent(response);
  }

  private FunctionReference function(String arn) {
    if (!arn.contains(":function:")) {
      throw new LambdaException(
          ErrorCode.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }
    return names.parse(arn, Optional.empty());
  }
}
