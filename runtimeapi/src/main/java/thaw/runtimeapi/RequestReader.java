package thaw.runtimeapi;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads requests off a guest connection through one buffer. What was read beyond a head belongs to
 * the body or to the next request, so pipelined requests come out one after the other.
 */
final class RequestReader {
  /**
   * Largest head, bytes. Large, because AWS's runtime clients put up to 1 MiB of JSON into the
   * header Lambda-Runtime-Function-XRay-Error-Cause.
   */
  static final int MAX_HEAD_BYTES = 1_088 * 1024;

  static final int MAX_LINE_BYTES = 8 * 1024;

  private static final int BUFFER_BYTES = 8 * 1024;

  private final GuestConnection connection;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int start;
  private int end;

  RequestReader(GuestConnection connection) {
    this.connection = connection;
  }

  /**
   * Reads the next request's head.
   *
   * @return empty if the connection ended between two requests
   * @throws EOFException if it ended within the head
   */
  Optional<RequestHead> readHead() throws IOException, BadRequestException {
    if (start == end && !fill(MAX_HEAD_BYTES)) {
      return Optional.empty();
    }
    skipEmptyLines();
    int searched = 0;
    while (true) {
      int length = headLength(searched);
      if (length >= 0) {
        RequestHead head = HeadParser.parse(new Slice(buffer, start, start + length - 2));
        start += length;
        return Optional.of(head);
      }
      searched = Math.max(0, end - start - 3);
      fillOrFail(MAX_HEAD_BYTES);
    }
  }

  /** Reads some bytes, first of those that are buffered; fails at the end of the connection. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (start < end) {
      int count = Math.min(length, end - start);
      System.arraycopy(buffer, start, into, offset, count);
      start += count;
      return count;
    }
    int count = connection.read(ByteBuffer.wrap(into, offset, length));
    if (count < 0) {
      throw new EOFException("the connection ended within a body");
    }
    return count;
  }

  /** Reads a line of a chunked body without its CRLF; valid until the next read. */
  Slice readLine() throws IOException, BadRequestException {
    int searched = 0;
    while (true) {
      int newline = new Slice(buffer, start, end).indexOf('\n', searched);
      if (newline == 0 || (newline > 0 && buffer[start + newline - 1] != '\r')) {
        throw new BadRequestException("a line that does not end in CRLF");
      }
      if (newline > 0) {
        Slice line = new Slice(buffer, start, start + newline - 1);
        start += newline + 1;
        return line;
      }
      searched = end - start;
      fillOrFail(MAX_LINE_BYTES);
    }
  }

  /** RFC 9112, 2.2: empty lines before a request line are ignored. */
  private void skipEmptyLines() throws IOException, BadRequestException {
    while (true) {
      while (end - start < 2 && (start == end || buffer[start] == '\r')) {
        fillOrFail(MAX_HEAD_BYTES);
      }
      if (buffer[start] != '\r' || buffer[start + 1] != '\n') {
        return;
      }
      start += 2;
    }
  }

  /** Length of the head with its empty line, or -1 if it is not whole yet. */
  private int headLength(int from) {
    for (int i = start + from; i + 3 < end; i++) {
      if (buffer[i + 3] == '\n'
          && buffer[i] == '\r'
          && buffer[i + 1] == '\n'
          && buffer[i + 2] == '\r') {
        return i + 4 - start;
      }
    }
    return -1;
  }

  private void fillOrFail(int maxBytes) throws IOException, BadRequestException {
    if (!fill(maxBytes)) {
      throw new EOFException("the connection ended within a head");
    }
  }

  private boolean fill(int maxBytes) throws IOException, BadRequestException {
    if (end - start >= maxBytes) {
      throw new BadRequestException("a head or a line of more than " + maxBytes + " bytes");
    }
    makeRoom();
    int count = connection.read(ByteBuffer.wrap(buffer, end, buffer.length - end));
    if (count < 0) {
      return false;
    }
    end += count;
    return true;
  }

  private void makeRoom() {
    if (start == end) {
      start = 0;
      end = 0;
      // A huge head is rare: its buffer is not kept.
      buffer = buffer.length > BUFFER_BYTES ? new byte[BUFFER_BYTES] : buffer;
    } else if (end == buffer.length && start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    } else if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(buffer.length * 2, MAX_HEAD_BYTES));
    }
  }
}
