package thaw.runtimeapi;

import java.nio.charset.StandardCharsets;

/** What the Runtime API offers, by method and path. */
enum Route {
  /** GET /runtime/invocation/next. */
  NEXT,
  /** POST /runtime/invocation/{id}/response. */
  RESPONSE,
  /** POST /runtime/invocation/{id}/error. */
  ERROR,
  /** POST /runtime/init/error. */
  INIT_ERROR,
  /** GET /runtime/restore/next. */
  RESTORE_NEXT,
  /** POST /runtime/restore/error. */
  RESTORE_ERROR,
  /** A path of the API with another method. */
  WRONG_METHOD,
  /** No path of the API. */
  UNKNOWN;

  private static final byte[] GET = ascii("GET");
  private static final byte[] POST = ascii("POST");
  private static final byte[] INVOCATION = ascii("/2018-06-01/runtime/invocation/");
  private static final byte[] NEXT_PATH = ascii("/2018-06-01/runtime/invocation/next");
  private static final byte[] INIT_ERROR_PATH = ascii("/2018-06-01/runtime/init/error");
  private static final byte[] RESTORE_NEXT_PATH = ascii("/2018-06-01/runtime/restore/next");
  private static final byte[] RESTORE_ERROR_PATH = ascii("/2018-06-01/runtime/restore/error");
  private static final byte[] RESPONSE_END = ascii("/response");
  private static final byte[] ERROR_END = ascii("/error");
  private static final int MAX_ID_BYTES = 64;

  /** A route, and the request id that its path names, or an empty one. */
  record Match(Route route, String requestId) {}

  private static final Match MATCH_NEXT = new Match(NEXT, "");
  private static final Match MATCH_INIT_ERROR = new Match(INIT_ERROR, "");
  private static final Match MATCH_RESTORE_NEXT = new Match(RESTORE_NEXT, "");
  private static final Match MATCH_RESTORE_ERROR = new Match(RESTORE_ERROR, "");
  private static final Match MATCH_WRONG_METHOD = new Match(WRONG_METHOD, "");
  private static final Match MATCH_UNKNOWN = new Match(UNKNOWN, "");

  /** Finds the route of a request line's method and target. */
  static Match of(Slice method, Slice target) {
    if (target.equalTo(NEXT_PATH)) {
      return method.equalTo(GET) ? MATCH_NEXT : MATCH_WRONG_METHOD;
    }
    if (target.equalTo(INIT_ERROR_PATH)) {
      return method.equalTo(POST) ? MATCH_INIT_ERROR : MATCH_WRONG_METHOD;
    }
    if (target.equalTo(RESTORE_NEXT_PATH)) {
      return method.equalTo(GET) ? MATCH_RESTORE_NEXT : MATCH_WRONG_METHOD;
    }
    if (target.equalTo(RESTORE_ERROR_PATH)) {
      return method.equalTo(POST) ? MATCH_RESTORE_ERROR : MATCH_WRONG_METHOD;
    }
    if (!target.startsWith(INVOCATION)) {
      return MATCH_UNKNOWN;
    }
    if (target.endsWith(RESPONSE_END)) {
      return ofInvocation(RESPONSE, RESPONSE_END, method, target);
    }
    if (target.endsWith(ERROR_END)) {
      return ofInvocation(ERROR, ERROR_END, method, target);
    }
    return MATCH_UNKNOWN;
  }

  private static Match ofInvocation(Route route, byte[] end, Slice method, Slice target) {
    int idBytes = target.length() - INVOCATION.length - end.length;
    if (idBytes < 1 || idBytes > MAX_ID_BYTES) {
      return MATCH_UNKNOWN;
    }
    if (!method.equalTo(POST)) {
      return MATCH_WRONG_METHOD;
    }
    return new Match(route, target.from(INVOCATION.length, idBytes).text());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
