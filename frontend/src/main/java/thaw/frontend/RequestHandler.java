package thaw.frontend;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/**
 * Every request: gives it an id, lets it through the gate, sends it on its way, words its errors.
 */
final class RequestHandler implements Handler {
  /** What part of the idle time a request may take and leave enough for the next one. */
  private static final int SLOW_SHARE = 5;

  private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

  private final Api api;
  private final Bodies bodies;
  private final Answers answers;
  private final long slowNanos;

  /**
   * @param idleTimeout after which Helidon cuts a connection, counted from its last request's start
   */
  RequestHandler(Api api, Bodies bodies, Answers answers, Duration idleTimeout) {
    this.api = api;
    this.bodies = bodies;
    this.answers = answers;
    this.slowNanos = idleTimeout.toNanos() / SLOW_SHARE;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    long begin = System.nanoTime();
    response.beforeSend(() -> closeIfSlow(response, begin));
    answer(request, response);
    // Helidon reads what is left of chunks even if the connection ends, and answers once more if
    // they
    // are damaged.
    if (!response.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
        || request.headers().contains(HeaderNames.TRANSFER_ENCODING)) {
      bodies.drain(request);
    }
  }

  /**
   * After a long request a connection has little of its idle time left: its client would send the
   * next one on a connection that is about to be cut. So it is told to make a new one.
   */
  private void closeIfSlow(ServerResponse response, long beginNanos) {
    if (System.nanoTime() - beginNanos > slowNanos) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
  }

  private void answer(ServerRequest request, ServerResponse response) {
    String requestId = RequestIds.requestId();
    response.header(HeaderValues.create(Answers.REQUEST_ID, requestId));
    try {
      Gate.check(request.headers());
      Bodies.length(request);
      api.serve(request, response, requestId);
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
}
