package thaw.runtimeapi;

/**
 * What the Runtime API needs of a request's head.
 *
 * @param match route and request id
 * @param contentLength bytes of the body; 0 if it has none; meaningless if it is chunked
 * @param chunked whether the body comes in chunks
 * @param expectsContinue whether the client waits for a 100 before it sends the body
 * @param keepAlive whether the connection goes on after the response
 * @param errorType value of Lambda-Runtime-Function-Error-Type, or empty
 */
record RequestHead(
    Route.Match match,
    long contentLength,
    boolean chunked,
    boolean expectsContinue,
    boolean keepAlive,
    String errorType) {
  boolean hasBody() {
    return chunked || contentLength > 0;
  }
}
