package thaw.frontend;

import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/**
 * Every request: gives it an id, lets it through the gate, sends it on its way, words its errors.
 */
final class ApiHandler implements Handler {
  private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

  private final Invocations invocations;
  private final FunctionApi functions;
  private final LayerApi layers;
  private final TagApi tags;
  private final AccountApi account;
  private final ThawPages pages;
  private final Bodies bodies;
  private final Answers answers;

  ApiHandler(
      Invocations invocations,
      FunctionApi functions,
      LayerApi layers,
      TagApi tags,
      AccountApi account,
      ThawPages pages,
      Bodies bodies,
      Answers answers) {
    this.invocations = invocations;
    this.functions = functions;
    this.layers = layers;
    this.tags = tags;
    this.account = account;
    this.pages = pages;
    this.bodies = bodies;
    this.answers = answers;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    answer(request, response);
    if (!response.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
      bodies.drain(request);
    }
  }

  private void answer(ServerRequest request, ServerResponse response) {
    String requestId = RequestIds.requestId();
    response.header(HeaderValues.create(Answers.REQUEST_ID, requestId));
    try {
      Gate.check(request.headers());
      Bodies.length(request);
      route(request, response, requestId);
    } catch (LambdaException e) {
      if (e.code() == ErrorCode.SERVICE) {
        LOG.warn("request {}: {}", requestId, e.getMessage(), e);
      }
      answers.error(response, e);
    } catch (RequestException | HttpException | CloseConnectionException e) {
      throw e; // Helidon's own: a broken request or a client that went away.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answers.error(
          response,
          new LambdaException(ErrorCode.SERVICE_UNAVAILABLE, "Thaw is being stopped; try again"));
    } catch (Throwable e) {
      LOG.error("request {} failed: {}", requestId, request.prologue().method(), e);
      if (response.isSent()) {
        throw new CloseConnectionException("Failed while the answer was being written", e);
      }
      answers.error(
          response,
          new LambdaException(
              ErrorCode.SERVICE,
              "An internal error occurred. The log tells more about request " + requestId));
    }
  }

  private void route(ServerRequest request, ServerResponse response, String requestId)
      throws InterruptedException, IOException {
    var prologue = request.prologue();
    Route route = Route.of(prologue.method().text(), prologue.uriPath().rawPath());
    switch (route.operation()) {
      case INVOKE -> invocations.invoke(request, response, route.subject(), requestId);
      case CREATE_FUNCTION -> functions.create(request, response);
      case LIST_FUNCTIONS -> functions.list(request, response);
      case GET_FUNCTION -> functions.get(request, response, route.subject());
      case GET_FUNCTION_CONFIGURATION ->
          functions.getConfiguration(request, response, route.subject());
      case UPDATE_FUNCTION_CODE -> functions.updateCode(request, response, route.subject());
      case UPDATE_FUNCTION_CONFIGURATION ->
          functions.updateConfiguration(request, response, route.subject());
      case PUBLISH_VERSION -> functions.publishVersion(request, response, route.subject());
      case LIST_VERSIONS_BY_FUNCTION -> functions.listVersions(request, response, route.subject());
      case DELETE_FUNCTION -> functions.delete(request, response, route.subject());
      case PUBLISH_LAYER_VERSION -> layers.publish(request, response, route.subject());
      case LIST_LAYERS -> layers.list(request, response);
      case LIST_LAYER_VERSIONS -> layers.versions(request, response, route.subject());
      case GET_LAYER_VERSION -> layers.get(request, response, route.subject(), route.part());
      case DELETE_LAYER_VERSION -> layers.delete(response, route.subject(), route.part());
      case LIST_TAGS -> tags.list(request, response, route.subject());
      case TAG_RESOURCE -> tags.tag(request, response, route.subject());
      case UNTAG_RESOURCE -> tags.untag(request, response, route.subject());
      case GET_ACCOUNT_SETTINGS -> account.settings(response);
      case HEALTH -> pages.health(response);
      case STATUS -> pages.status(request, response);
      case CODE -> pages.code(request, response, route.subject());
    }
  }
}
