package thaw.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log group forward and remembers where it is. A line that is not whole is left for the
 * next time; if a newer segment exists it never will be whole, and is skipped.
 */
final class LogCursor {
  /** Room for the longest message, each byte escaped as backslash-u and four digits. */
  private static final int LONGEST_LINE_BYTES = 6 * LogEvent.MESSAGE_BYTES + 4096;

  private final Path directory;
  private final LogQuery query;
  private final ByteBuffer buffer = ByteBuffer.allocate(LONGEST_LINE_BYTES);
  private @Nullable Path segment;
  private long offset;

  LogCursor(Path directory, LogQuery query) {
    this.directory = directory;
    this.query = query;
  }

  /** Hands over every line that became whole since the last call. */
  void advance(Consumer<LogEvent> to) throws IOException {
    Optional<Path> next = segment == null ? following("") : Optional.of(segment);
    while (next.isPresent()) {
      Path current = next.get();
      if (!current.equals(segment)) {
        segment = current;
        offset = 0;
      }
      // Look for the successor first: what is whole then is all that this segment will ever have.
      next = following(String.valueOf(current.getFileName()));
      if (!tooOld(current)) {
        read(current, to);
      }
    }
  }

  private Optional<Path> following(String name) throws IOException {
    List<Path> segments = Segments.list(directory);
    return segments.stream()
        .filter(path -> String.valueOf(path.getFileName()).compareTo(name) > 0)
        .findFirst();
  }

  private boolean tooOld(Path path) throws IOException {
    try {
      return query.since().isPresent()
          && Files.getLastModifiedTime(path).compareTo(FileTime.from(query.since().get())) < 0;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private void read(Path path, Consumer<LogEvent> to) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      buffer.clear();
      long position = offset;
      int count = channel.read(buffer, position);
      while (count > 0) {
        position += count;
        int used = lines(to);
        if (used == 0 && !buffer.hasRemaining()) {
          used = buffer.capacity(); // no line is that long: damage, skipped
        }
        offset += used;
        buffer.limit(buffer.position()).position(used).compact();
        count = channel.read(buffer, position);
      }
    } catch (NoSuchFileException e) {
      return; // retention took it
    }
  }

  /** Returns how many bytes at the buffer's start were whole lines. */
  private int lines(Consumer<LogEvent> to) {
    byte[] bytes = buffer.array();
    int start = 0;
    for (int i = 0; i < buffer.position(); i++) {
      if (bytes[i] == '\n') {
        LogLine.decode(bytes, start, i - start).filter(query::matches).ifPresent(to);
        start = i + 1;
      }
    }
    return start;
  }
}
