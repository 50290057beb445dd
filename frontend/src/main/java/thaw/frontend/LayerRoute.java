package thaw.frontend;

import org.jspecify.annotations.Nullable;

/** Paths below {@code /2018-10-31/layers}. */
final class LayerRoute {
  static final String LAYERS = "/2018-10-31/layers";

  private static final int NAME = 1;
  private static final int VERSIONS = 2;
  private static final int NUMBER = 3;
  private static final int POLICY = 4;
  private static final int STATEMENT = 5;

  private LayerRoute() {}

  /** The route, or null if there is none. */
  static @Nullable Route of(String method, String path) {
    String[] parts = path.substring(LAYERS.length()).split("/", -1);
    boolean collection =
        parts[0].isEmpty()
            && (parts.length == 1 || (parts.length == NAME + 1 && parts[NAME].isEmpty()));
    if (collection) {
      return method.equals("GET") ? new Route(Operation.LIST_LAYERS, "") : null;
    }
    if (!parts[0].isEmpty()
        || parts.length <= VERSIONS
        || parts[NAME].isEmpty()
        || !parts[VERSIONS].equals("versions")) {
      return null;
    }
    String name = Percent.decode(parts[NAME]);
    return switch (parts.length) {
      case VERSIONS + 1 -> ofVersions(method, name);
      case NUMBER + 1 -> ofVersion(method, name, Percent.decode(parts[NUMBER]));
      case POLICY + 1 ->
          parts[POLICY].equals("policy")
              ? ofPolicy(method, name, Percent.decode(parts[NUMBER]))
              : null;
      case STATEMENT + 1 ->
          parts[POLICY].equals("policy") && method.equals("DELETE")
              ? new Route(
                  Operation.REMOVE_LAYER_VERSION_PERMISSION,
                  name,
                  Percent.decode(parts[NUMBER]),
                  Percent.decode(parts[STATEMENT]))
              : null;
      default -> null;
    };
  }

  private static @Nullable Route ofPolicy(String method, String name, String number) {
    return switch (method) {
      case "GET" -> new Route(Operation.GET_LAYER_VERSION_POLICY, name, number);
      case "POST" -> new Route(Operation.ADD_LAYER_VERSION_PERMISSION, name, number);
      default -> null;
    };
  }

  private static @Nullable Route ofVersions(String method, String name) {
    return switch (method) {
      case "GET" -> new Route(Operation.LIST_LAYER_VERSIONS, name);
      case "POST" -> new Route(Operation.PUBLISH_LAYER_VERSION, name);
      default -> null;
    };
  }

  private static @Nullable Route ofVersion(String method, String name, String number) {
    return switch (method) {
      case "GET" -> new Route(Operation.GET_LAYER_VERSION, name, number);
      case "DELETE" -> new Route(Operation.DELETE_LAYER_VERSION, name, number);
      default -> null;
    };
  }
}
