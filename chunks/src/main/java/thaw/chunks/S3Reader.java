package thaw.chunks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Reads objects from S3 with nothing between the request and the connection: it is what cold starts
 * wait for, and in a JVM that has made few of them a GET of the SDK takes milliseconds of a
 * processor. One attempt; whatever is not simply the object, or that there is none, is left to the
 * SDK.
 */
final class S3Reader implements AutoCloseable {
  private static final int NOT_FOUND = 404;
  private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

  private final URI base;
  private final Supplier<AwsCredentials> credentials;
  private final S3Signature signature;
  private final Duration timeout;
  private final InstantSource clock;
  private final SSLSocketFactory tls;
  private final String host;
  private final Semaphore connections;
  private final ConcurrentLinkedDeque<HttpConnection> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /** How reading an object ended. */
  sealed interface Outcome {
    /** With its bytes. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Found(byte[] bytes) implements Outcome {}

    /** There is none. */
    record Missing() implements Outcome {}

    /** With an answer that is neither. */
    record Unusual(int status) implements Outcome {}

    /** With no answer. */
    record Failed(Exception cause) implements Outcome {}
  }

  /**
   * A reader.
   *
   * @param base what comes before an object's path, encoded
   * @param timeout of an attempt
   * @param connections most at once
   */
  S3Reader(
      URI base,
      Supplier<AwsCredentials> credentials,
      S3Signature signature,
      Duration timeout,
      int connections,
      InstantSource clock,
      SSLSocketFactory tls) {
    this.base = base;
    this.credentials = credentials;
    this.signature = signature;
    this.timeout = timeout;
    this.connections = new Semaphore(connections);
    this.clock = clock;
    this.tls = tls;
    this.host = base.getRawAuthority();
  }

  /**
   * Reads an object.
   *
   * @param path what follows the base; letters, digits, slashes and hyphens
   */
  Outcome read(String path, int mostBytes) {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    try {
      if (!connections.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        return new Outcome.Failed(new IOException("all connections are in use"));
      }
      try {
        return send(head(base.getRawPath() + path), mostBytes, deadlineNanos);
      } finally {
        connections.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Failed(new InterruptedIOException("interrupted"));
    } catch (IOException | SdkException e) { // the SDK is asked for credentials
      return new Outcome.Failed(e);
    }
  }

  private String head(String path) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: "
        + host
        + "\r\nUser-Agent: thaw\r\n"
        + signature.lines(credentials.get(), host, path, clock.instant())
        + "\r\n";
  }

  /** A connection that lay idle may be closed at its other end: then another one is made. */
  private Outcome send(String head, int mostBytes, long deadlineNanos) throws IOException {
    for (HttpConnection used = takeIdle(); used != null; used = takeIdle()) {
      try {
        return send(used, head, mostBytes, deadlineNanos);
      } catch (IOException e) {
        if (used.answering()
            || System.nanoTime() >= deadlineNanos
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
    }
    return send(HttpConnection.open(base, tls, deadlineNanos), head, mostBytes, deadlineNanos);
  }

  private @Nullable HttpConnection takeIdle() {
    HttpConnection newest = idle.pollFirst();
    HttpConnection oldest = idle.pollLast();
    while (oldest != null && System.nanoTime() - oldest.lastUsedNanos() > IDLE_NANOS_MAX) {
      oldest.close();
      oldest = idle.pollLast();
    }
    if (oldest != null) {
      idle.addLast(oldest);
    }
    return newest;
  }

  private Outcome send(HttpConnection connection, String head, int mostBytes, long deadlineNanos)
      throws IOException {
    boolean lasts = false;
    try {
      HttpConnection.Answer answer = connection.get(head, mostBytes, deadlineNanos);
      lasts = answer.connectionLasts();
      if (answer.body().isPresent()) {
        return new Outcome.Found(answer.body().get());
      }
      return answer.status() == NOT_FOUND
          ? new Outcome.Missing()
          : new Outcome.Unusual(answer.status());
    } finally {
      if (lasts) {
        giveBack(connection);
      } else {
        connection.close();
      }
    }
  }

  private void giveBack(HttpConnection connection) {
    idle.addFirst(connection);
    if (closed) {
      close();
    }
  }

  @Override
  public void close() {
    closed = true;
    for (HttpConnection each = idle.poll(); each != null; each = idle.poll()) {
      each.close();
    }
  }
}
