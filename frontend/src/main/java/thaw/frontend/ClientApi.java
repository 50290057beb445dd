package thaw.frontend;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;

/** The API for clients: sends every request on its way. */
final class ClientApi implements Api {
  private final Invocations invocations;
  private final FunctionApi functions;
  private final LayerApi layers;
  private final TagApi tags;
  private final AccountApi account;
  private final ThawPages pages;

  ClientApi(
      Invocations invocations,
      FunctionApi functions,
      LayerApi layers,
      TagApi tags,
      AccountApi account,
      ThawPages pages) {
    this.invocations = invocations;
    this.functions = functions;
    this.layers = layers;
    this.tags = tags;
    this.account = account;
    this.pages = pages;
  }

  @Override
  public void serve(ServerRequest request, ServerResponse response, String requestId)
      throws InterruptedException, IOException {
    var prologue = request.prologue();
    Route route = Route.of(prologue.method().text(), prologue.uriPath().rawPath());
    switch (route.operation()) {
      case INVOKE ->
          invocations.invoke(
              request, response, route.subject(), requestId, Invocations.PayloadCheck.NONE);
      case CREATE_FUNCTION -> functions.create(request, response);
      case LIST_FUNCTIONS -> functions.list(request, response);
      case GET_FUNCTION -> functions.get(request, response, route.subject());
      case GET_FUNCTION_CONFIGURATION ->
          functions.getConfiguration(request, response, route.subject());
      case GET_FUNCTION_CODE_SIGNING_CONFIG ->
          functions.getCodeSigningConfig(response, route.subject());
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
      case ADD_LAYER_VERSION_PERMISSION ->
          layers.addPermission(request, response, route.subject(), route.part());
      case REMOVE_LAYER_VERSION_PERMISSION ->
          layers.removePermission(
              request, response, route.subject(), route.part(), route.lastPart());
      case GET_LAYER_VERSION_POLICY -> layers.policy(response, route.subject(), route.part());
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
