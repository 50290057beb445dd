package thaw.frontend;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;

/** What answers requests that have passed the gate: for clients, or for sandboxes. */
@FunctionalInterface
interface Api {
  void serve(ServerRequest request, ServerResponse response, String requestId)
      throws InterruptedException, IOException;
}
