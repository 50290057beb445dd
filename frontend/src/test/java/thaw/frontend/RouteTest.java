package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

class RouteTest {
  @ParameterizedTest
  @CsvSource({
    "POST, /2015-03-31/functions, CREATE_FUNCTION, ''",
    "POST, /2015-03-31/functions/, CREATE_FUNCTION, ''",
    "GET, /2015-03-31/functions, LIST_FUNCTIONS, ''",
    "GET, /2015-03-31/functions/, LIST_FUNCTIONS, ''",
    "GET, /2015-03-31/functions/f, GET_FUNCTION, f",
    "DELETE, /2015-03-31/functions/f, DELETE_FUNCTION, f",
    "GET, /2015-03-31/functions/f/configuration, GET_FUNCTION_CONFIGURATION, f",
    "PUT, /2015-03-31/functions/f/configuration, UPDATE_FUNCTION_CONFIGURATION, f",
    "PUT, /2015-03-31/functions/f/code, UPDATE_FUNCTION_CODE, f",
    "POST, /2015-03-31/functions/f/versions, PUBLISH_VERSION, f",
    "GET, /2015-03-31/functions/f/versions, LIST_VERSIONS_BY_FUNCTION, f",
    "POST, /2015-03-31/functions/f/invocations, INVOKE, f",
    "POST, /2015-03-31/functions/f%3A%24LATEST/invocations, INVOKE, f:$LATEST",
    "POST, /2015-03-31/functions/arn:aws:lambda:a:1:function:f/invocations, INVOKE, arn:aws:lambda:a:1:function:f",
    "GET, /2015-03-31/functions/a%2Fb, GET_FUNCTION, a/b",
    "GET, /2015-03-31/functions/a+b, GET_FUNCTION, a+b",
    "GET, /2015-03-31/functions/%C3%BC, GET_FUNCTION, ü",
    "GET, /2020-06-30/functions/f%3A1/code-signing-config, GET_FUNCTION_CODE_SIGNING_CONFIG, f:1",
    "GET, /2017-03-31/tags/arn%3Aaws:x, LIST_TAGS, arn:aws:x",
    "POST, /2017-03-31/tags/arn, TAG_RESOURCE, arn",
    "DELETE, /2017-03-31/tags/arn, UNTAG_RESOURCE, arn",
    "GET, /2016-08-19/account-settings, GET_ACCOUNT_SETTINGS, ''",
    "GET, /2016-08-19/account-settings/, GET_ACCOUNT_SETTINGS, ''",
    "GET, /_thaw/health, HEALTH, ''",
    "GET, /_thaw/status, STATUS, ''",
    "GET, /_thaw/code/abc, CODE, abc",
  })
  void sendsRequestsWhereTheyBelong(
      String method, String path, Operation operation, String subject) {
    assertThat(Route.of(method, path)).isEqualTo(new Route(operation, subject));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /2018-10-31/layers, LIST_LAYERS, '', ''",
    "GET, /2018-10-31/layers/, LIST_LAYERS, '', ''",
    "GET, /2018-10-31/layers/l/versions, LIST_LAYER_VERSIONS, l, ''",
    "POST, /2018-10-31/layers/arn%3Aaws/versions, PUBLISH_LAYER_VERSION, arn:aws, ''",
    "GET, /2018-10-31/layers/l/versions/12, GET_LAYER_VERSION, l, 12",
    "DELETE, /2018-10-31/layers/l/versions/x, DELETE_LAYER_VERSION, l, x",
    "GET, /2018-10-31/layers/l/versions/1/policy, GET_LAYER_VERSION_POLICY, l, 1",
    "POST, /2018-10-31/layers/l/versions/1/policy, ADD_LAYER_VERSION_PERMISSION, l, 1",
  })
  void sendsRequestsForLayersWhereTheyBelong(
      String method, String path, Operation operation, String subject, String part) {
    assertThat(Route.of(method, path)).isEqualTo(new Route(operation, subject, part));
  }

  @Test
  void aLayersPermissionIsRemovedByItsId() {
    assertThat(Route.of("DELETE", "/2018-10-31/layers/l/versions/1/policy/all%5F1"))
        .isEqualTo(new Route(Operation.REMOVE_LAYER_VERSION_PERMISSION, "l", "1", "all_1"));
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /2015-03-31/functions/f/aliases, CreateAlias",
    "GET, /2015-03-31/functions/f/aliases/live, GetAlias",
    "POST, /2021-11-15/functions/f/response-streaming-invocations, InvokeWithResponseStream",
    "POST, /2014-11-13/functions/f/invoke-async, InvokeAsync",
    "POST, /2014-11-13/functions/f/invoke-async/, InvokeAsync",
    "PUT, /2017-10-31/functions/f/concurrency, PutFunctionConcurrency",
    "POST, /2015-03-31/event-source-mappings, CreateEventSourceMapping",
    "GET, /2015-03-31/event-source-mappings/x, GetEventSourceMapping",
  })
  void namesOperationsThatAreNotOffered(String method, String path, String operation) {
    var error = catchThrowableOfType(LambdaException.class, () -> Route.of(method, path));
    assertThat(error.code()).isEqualTo(ErrorCode.NOT_IMPLEMENTED);
    assertThat(error).hasMessage("Thaw does not offer " + operation + " yet");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /",
    "GET, ''",
    "GET, /2015-03-31",
    "GET, /2015-03-31/functionsx",
    "GET, /2015-03-31/functions//",
    "POST, /2015-03-31/functions//invocations",
    "POST, /2015-03-31/functions/f/invocations/",
    "POST, /2015-03-31/functions/f/invocations/x",
    "GET, /2015-03-31/functions/f/invocations",
    "PATCH, /2015-03-31/functions/f",
    "GET, /2017-03-31/tags/",
    "PUT, /2017-03-31/tags/arn",
    "GET, /2018-10-31/layersx",
    "GET, /2018-10-31/layers//versions",
    "GET, /2018-10-31/layers/l",
    "POST, /2018-10-31/layers/l/versions/1",
    "GET, /2018-10-31/layers/l/versions/1/",
    "GET, /2018-10-31/layers/l/versions/1/polic",
    "GET, /2018-10-31/layers/l/versions/1/policy/s",
    "POST, /2016-08-19/account-settings",
    "POST, /_thaw/health",
    "GET, /_thaw/",
    "GET, /_thaw/status/",
    "GET, /%32015-03-31/functions",
    "GET, /./2015-03-31/functions",
  })
  void knowsNothingElse(String method, String path) {
    var error = catchThrowableOfType(LambdaException.class, () -> Route.of(method, path));
    assertThat(error.code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%4", "%zz", "a%", "%C3", "%C3%28", "%FF", "%-1"})
  void refusesAnEncodingThatIsNone(String name) {
    var error =
        catchThrowableOfType(
            LambdaException.class, () -> Route.of("GET", "/2015-03-31/functions/" + name));
    assertThat(error.code()).isEqualTo(ErrorCode.VALIDATION);
  }
}
