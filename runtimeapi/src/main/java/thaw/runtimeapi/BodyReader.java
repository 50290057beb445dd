package thaw.runtimeapi;

import java.io.IOException;
import java.util.Arrays;

/** Reads one request's body, whether it has a length or comes in chunks. */
final class BodyReader {
  private static final int FIRST_CHUNKED_BYTES = 16 * 1024;
  private static final int SCRATCH_BYTES = 16 * 1024;
  private static final int MAX_TRAILERS = 32;
  private static final int MAX_SIZE_DIGITS = 15;

  private final RequestReader reader;
  private final boolean chunked;
  private long remaining;
  private boolean inChunks;
  private boolean ended;

  BodyReader(RequestReader reader, RequestHead head) {
    this.reader = reader;
    this.chunked = head.chunked();
    this.remaining = chunked ? 0 : head.contentLength();
  }

  /** Reads the whole body. */
  byte[] readAll(int maxBytes) throws IOException, BadRequestException, BodyTooLargeException {
    if (!chunked && remaining > maxBytes) {
      throw new BodyTooLargeException(remaining);
    }
    byte[] body = new byte[chunked ? FIRST_CHUNKED_BYTES : (int) remaining];
    int length = 0;
    while (hasMore()) {
      if (chunked && remaining > maxBytes - length) {
        throw new BodyTooLargeException(length + remaining);
      }
      if (length == body.length) {
        body = Arrays.copyOf(body, Math.min(body.length * 2, maxBytes));
      }
      length += readSome(body, length);
    }
    return length == body.length ? body : Arrays.copyOf(body, length);
  }

  /**
   * Reads and forgets what is left of the body.
   *
   * @return whether it ended within {@code maxBytes}
   */
  boolean discard(long maxBytes) throws IOException, BadRequestException {
    if (!chunked && remaining > maxBytes) {
      return false;
    }
    byte[] scratch = new byte[(int) Math.min(SCRATCH_BYTES, maxBytes)];
    long left = maxBytes;
    while (hasMore()) {
      if (left <= 0) {
        return false;
      }
      left -= readSome(scratch, 0);
    }
    return true;
  }

  private int readSome(byte[] into, int offset) throws IOException {
    int count = reader.read(into, offset, (int) Math.min(into.length - offset, remaining));
    remaining -= count;
    return count;
  }

  private boolean hasMore() throws IOException, BadRequestException {
    if (remaining == 0 && chunked && !ended) {
      nextChunk();
    }
    return remaining > 0;
  }

  private void nextChunk() throws IOException, BadRequestException {
    if (inChunks && reader.readLine().length() != 0) {
      throw new BadRequestException("a chunk that is longer than its size");
    }
    inChunks = true;
    remaining = chunkSize(reader.readLine());
    if (remaining == 0) {
      ended = true;
      skipTrailers();
    }
  }

  private void skipTrailers() throws IOException, BadRequestException {
    for (int i = 0; reader.readLine().length() > 0; i++) {
      if (i == MAX_TRAILERS) {
        throw new BadRequestException("more than " + MAX_TRAILERS + " trailers");
      }
    }
  }

  private static long chunkSize(Slice line) throws BadRequestException {
    int extension = line.indexOf(';', 0);
    Slice digits = (extension < 0 ? line : line.from(0, extension)).trimmed();
    if (digits.length() < 1 || digits.length() > MAX_SIZE_DIGITS) {
      throw new BadRequestException("a chunk without a size");
    }
    long size = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = Character.digit(digits.at(i), 16);
      if (digit < 0) {
        throw new BadRequestException("a chunk without a size");
      }
      size = size << 4 | digit;
    }
    return size;
  }
}
