package thaw.frontend;

import org.jspecify.annotations.Nullable;
import thaw.model.LambdaException;

/**
 * Where a request goes. Matched by hand on the path as it came: this is on the way of every
 * invocation, and nothing may be decoded before the path is split.
 *
 * @param operation what is asked for
 * @param subject the path's variable part, decoded: a function's name or ARN, a tagged resource's
 *     ARN, or the hash of a package; empty where there is none
 * @param part what follows it: the number of a layer's version; empty where there is none
 * @param lastPart what follows that: the id of a policy's statement; empty where there is none
 */
record Route(Operation operation, String subject, String part, String lastPart) {
  Route(Operation operation, String subject) {
    this(operation, subject, "", "");
  }

  Route(Operation operation, String subject, String part) {
    this(operation, subject, part, "");
  }

  private static final String FUNCTIONS = "/2015-03-31/functions";
  private static final String SIGNED_FUNCTIONS = "/2020-06-30/functions/";
  private static final String CODE_SIGNING = "/code-signing-config";
  private static final String TAGS = "/2017-03-31/tags/";
  private static final String ACCOUNT_SETTINGS = "/2016-08-19/account-settings";
  private static final String CODE = "/_thaw/code/";

  /**
   * @param method as in the request line
   * @param path as in the request line, without the query
   * @throws LambdaException UNKNOWN_OPERATION if there is nothing, NOT_IMPLEMENTED for an operation
   *     of the Lambda API that is not offered, VALIDATION for a path that cannot be decoded
   */
  static Route of(String method, String path) {
    if (path.startsWith(FUNCTIONS)) {
      int nameAt = FUNCTIONS.length() + 1;
      if (path.length() <= nameAt) {
        return collection(method, path);
      }
      int nameEnd = path.indexOf('/', nameAt);
      if (path.charAt(nameAt - 1) == '/' && nameEnd != nameAt) {
        Operation operation =
            nameEnd < 0 ? ofFunction(method) : ofPart(method, path.substring(nameEnd + 1));
        if (operation != null) {
          return new Route(
              operation,
              Percent.decode(path.substring(nameAt, nameEnd < 0 ? path.length() : nameEnd)));
        }
      }
    } else if (path.startsWith(LayerRoute.LAYERS)) {
      Route route = LayerRoute.of(method, path);
      if (route != null) {
        return route;
      }
    } else if (path.startsWith(TAGS)) {
      Operation operation =
          switch (method) {
            case "GET" -> Operation.LIST_TAGS;
            case "POST" -> Operation.TAG_RESOURCE;
            case "DELETE" -> Operation.UNTAG_RESOURCE;
            default -> null;
          };
      if (operation != null && path.length() > TAGS.length()) {
        return new Route(operation, Percent.decode(path.substring(TAGS.length())));
      }
    } else if (method.equals("GET")
        && path.startsWith(SIGNED_FUNCTIONS)
        && path.endsWith(CODE_SIGNING)
        && path.length() > SIGNED_FUNCTIONS.length() + CODE_SIGNING.length()) {
      return new Route(
          Operation.GET_FUNCTION_CODE_SIGNING_CONFIG,
          Percent.decode(
              path.substring(SIGNED_FUNCTIONS.length(), path.length() - CODE_SIGNING.length())));
    } else if (method.equals("GET") && isAccountSettings(path)) {
      return new Route(Operation.GET_ACCOUNT_SETTINGS, "");
    } else if (method.equals("GET") && path.startsWith("/_thaw/")) {
      if (path.equals("/_thaw/health")) {
        return new Route(Operation.HEALTH, "");
      } else if (path.equals("/_thaw/status")) {
        return new Route(Operation.STATUS, "");
      } else if (path.startsWith(CODE)) {
        return new Route(Operation.CODE, path.substring(CODE.length()));
      }
    }
    throw NotOffered.error(method, path);
  }

  private static boolean isAccountSettings(String path) {
    return path.equals(ACCOUNT_SETTINGS) || path.equals(ACCOUNT_SETTINGS + "/");
  }

  /** The path may end in a slash: older clients list functions that way. */
  private static Route collection(String method, String path) {
    if (path.length() == FUNCTIONS.length() || path.endsWith("/")) {
      if (method.equals("POST")) {
        return new Route(Operation.CREATE_FUNCTION, "");
      } else if (method.equals("GET")) {
        return new Route(Operation.LIST_FUNCTIONS, "");
      }
    }
    throw NotOffered.error(method, path);
  }

  private static @Nullable Operation ofFunction(String method) {
    return switch (method) {
      case "GET" -> Operation.GET_FUNCTION;
      case "DELETE" -> Operation.DELETE_FUNCTION;
      default -> null;
    };
  }

  private static @Nullable Operation ofPart(String method, String part) {
    return switch (part) {
      case "invocations" -> method.equals("POST") ? Operation.INVOKE : null;
      case "code" -> method.equals("PUT") ? Operation.UPDATE_FUNCTION_CODE : null;
      case "configuration" ->
          switch (method) {
            case "GET" -> Operation.GET_FUNCTION_CONFIGURATION;
            case "PUT" -> Operation.UPDATE_FUNCTION_CONFIGURATION;
            default -> null;
          };
      case "versions" ->
          switch (method) {
            case "GET" -> Operation.LIST_VERSIONS_BY_FUNCTION;
            case "POST" -> Operation.PUBLISH_VERSION;
            default -> null;
          };
      default -> null;
    };
  }
}
