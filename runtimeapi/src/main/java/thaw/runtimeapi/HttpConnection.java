package thaw.runtimeapi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves one guest connection: request after request, until either side ends it. */
final class HttpConnection {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

  /** How much of an unwanted body is read to keep a connection; a longer one costs it. */
  static final long MAX_DISCARDED_BYTES = 16L * 1024 * 1024;

  /** Largest document of an INIT error. */
  static final int MAX_INIT_ERROR_BYTES = 1024 * 1024;

  private final GuestConnection connection;
  private final RequestReader reader;
  private final InvocationSlot slot;
  private final Runnable closeOthers;
  private boolean restored;

  /**
   * @param closeOthers closes the other connections of this process
   */
  HttpConnection(GuestConnection connection, InvocationSlot slot, Runnable closeOthers) {
    this.connection = connection;
    this.reader = new RequestReader(connection);
    this.slot = slot;
    this.closeOthers = closeOthers;
  }

  /** Returns when the connection is over; the caller closes it. */
  void serve() {
    try {
      boolean open = true;
      while (open) {
        Optional<RequestHead> head = reader.readHead();
        open = head.isPresent() && serve(head.get());
      }
    } catch (BadRequestException e) {
      log.debug("runtime API: {}", e.getMessage());
      farewell(Reply.badRequest(e));
    } catch (IOException e) {
      log.debug("runtime API: connection broke off: {}", e.getMessage());
    }
  }

  private boolean serve(RequestHead head) throws IOException, BadRequestException {
    BodyReader body = new BodyReader(reader, head);
    try {
      return switch (head.match().route()) {
        case NEXT -> next(head, body);
        case RESPONSE, ERROR -> answer(head, body);
        case INIT_ERROR -> initError(head, body);
        case RESTORE_ERROR -> restoreError(head, body);
        case RESTORE_NEXT -> restoreNext(body);
        case WRONG_METHOD -> throw new RefusedException(Reply.WRONG_METHOD);
        case UNKNOWN -> throw new RefusedException(Reply.NOT_FOUND);
      };
    } catch (RefusedException e) {
      return refuse(head, body, e.reply());
    }
  }

  private boolean next(RequestHead head, BodyReader body)
      throws IOException, BadRequestException, RefusedException {
    if (!body.discard(MAX_DISCARDED_BYTES)) {
      throw new RefusedException(Reply.TOO_LARGE);
    }
    Optional<Delivery> delivery = slot.next(closeOthers);
    if (delivery.isEmpty()) {
      return false;
    }
    connection.write(delivery.get().bytes());
    return head.keepAlive();
  }

  /** Answers the restore/next that was asked before the snapshot, then serves as ever. */
  void serveRestored(byte[] body) {
    restored = true;
    try {
      connection.write(Reply.restored(body.length), ByteBuffer.wrap(body));
    } catch (IOException e) {
      log.debug("runtime API: connection broke off: {}", e.getMessage());
      return;
    }
    serve();
  }

  /** Goes on with the request for an invocation that was there before the snapshot. */
  void serveWaiting() {
    restored = true;
    try {
      Optional<Delivery> delivery = slot.next(closeOthers);
      if (delivery.isEmpty()) {
        return;
      }
      connection.write(delivery.get().bytes());
    } catch (IOException | RefusedException e) {
      log.debug("runtime API: connection broke off: {}", e.getMessage());
      return;
    }
    serve();
  }

  private boolean restoreNext(BodyReader body)
      throws IOException, BadRequestException, RefusedException {
    if (!body.discard(MAX_DISCARDED_BYTES)) {
      throw new RefusedException(Reply.TOO_LARGE);
    }
    // A snapshot carries one connection over. Clients that keep idle ones (AWS's java client does)
    // find them closed, and open new ones.
    Optional<byte[]> answer = slot.awaitRestore(closeOthers);
    if (answer.isEmpty()) {
      return false;
    }
    restored = true;
    connection.write(Reply.restored(answer.get().length), ByteBuffer.wrap(answer.get()));
    return true;
  }

  private boolean answer(RequestHead head, BodyReader body)
      throws IOException, BadRequestException, RefusedException {
    slot.claim(head.match().requestId());
    boolean whole = false;
    try {
      invite(head, RuntimeApi.MAX_RESPONSE_BYTES);
      byte[] payload = body.readAll(RuntimeApi.MAX_RESPONSE_BYTES);
      whole = true;
      slot.complete(
          head.match().route() == Route.RESPONSE
              ? new RuntimeOutcome.Responded(payload)
              : new RuntimeOutcome.Failed(head.errorType(), payload));
    } catch (BodyTooLargeException e) {
      whole = true;
      slot.complete(new RuntimeOutcome.TooLarge(e.bytes()));
      throw new RefusedException(Reply.TOO_LARGE);
    } finally {
      if (!whole) {
        slot.unclaim();
      }
    }
    return reply(Reply.ACCEPTED, head.keepAlive());
  }

  private boolean initError(RequestHead head, BodyReader body)
      throws IOException, BadRequestException, RefusedException {
    slot.checkInit();
    invite(head, MAX_INIT_ERROR_BYTES);
    try {
      byte[] document = body.readAll(MAX_INIT_ERROR_BYTES);
      slot.failInit(new RuntimeOutcome.Failed(head.errorType(), document));
    } catch (BodyTooLargeException e) {
      slot.failInit(new RuntimeOutcome.Failed(head.errorType(), new byte[0]));
      throw new RefusedException(Reply.TOO_LARGE);
    }
    return reply(Reply.ACCEPTED, head.keepAlive());
  }

  /** Only a process that was restored can fail at it; for all others there is no such path. */
  private boolean restoreError(RequestHead head, BodyReader body)
      throws IOException, BadRequestException, RefusedException {
    if (!restored) {
      throw new RefusedException(Reply.NOT_FOUND);
    }
    return initError(head, body);
  }

  /** Tells a client that waits with its body (curl does) to send it, unless it is too large. */
  private void invite(RequestHead head, int maxBytes) throws IOException {
    if (head.expectsContinue() && head.hasBody() && head.contentLength() <= maxBytes) {
      connection.write(Reply.goOn());
    }
  }

  private boolean refuse(RequestHead head, BodyReader body, Reply reply)
      throws IOException, BadRequestException {
    // A client that was not told to go on may or may not send its body: only the end of the
    // connection is clear to both.
    boolean unknown = head.expectsContinue() && head.hasBody();
    boolean keepAlive = !unknown && head.keepAlive() && body.discard(MAX_DISCARDED_BYTES);
    return reply(reply, keepAlive);
  }

  private boolean reply(Reply reply, boolean keepAlive) throws IOException {
    connection.write(reply.bytes(keepAlive));
    return keepAlive;
  }

  private void farewell(Reply reply) {
    try {
      ByteBuffer bytes = reply.bytes(false);
      connection.write(bytes);
    } catch (IOException e) {
      log.debug("runtime API: connection broke off: {}", e.getMessage());
    }
  }
}
