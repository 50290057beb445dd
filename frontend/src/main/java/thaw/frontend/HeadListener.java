package thaw.frontend;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/** Waits with bounded patience for the headers that follow a request line. */
final class HeadListener implements Http1ConnectionListener {
  /** A connection has one thread: what it waits for dies with it. */
  private static final ThreadLocal<Patience.Wait> WAITS = new ThreadLocal<>();

  private final Patience patience;

  HeadListener(Patience patience) {
    this.patience = patience;
  }

  @Override
  public void prologue(ConnectionContext connection, HttpPrologue prologue) {
    WAITS.set(patience.begin());
  }

  @Override
  public void headers(ConnectionContext connection, Headers headers) {
    WAITS.get().close();
  }
}
