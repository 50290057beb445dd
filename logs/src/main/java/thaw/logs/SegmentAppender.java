package thaw.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one log group. Every process begins a segment of its own, so nothing is ever appended
 * behind a line that a crash has torn. Used by the log writer's thread only.
 */
final class SegmentAppender {
  /** A segment takes a day's lines at most, else one line a week would keep old ones for ever. */
  private static final Duration LONGEST_SEGMENT = Duration.ofDays(1);

  private final Path directory;
  private final LogSettings settings;
  private @Nullable Path segment;
  private @Nullable FileChannel channel;
  private Instant begun = Instant.MIN;
  private long segmentBytes;

  SegmentAppender(Path directory, LogSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /** Appends whole lines. */
  void append(ByteBuffer lines, Instant now) throws IOException {
    FileChannel out = open(lines.remaining(), now);
    segmentBytes += lines.remaining();
    while (lines.hasRemaining()) {
      out.write(lines);
    }
  }

  /** Deletes what retention and the group's bound do not allow. */
  void prune(Instant now) throws IOException {
    Segments.prune(directory, now.minus(settings.retention()), settings.groupSize().bytes());
  }

  /** Gives the file handle back; the next append opens the segment again. */
  void release() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Every line was handed to the kernel by write: there is nothing left to lose.
        segment = null;
      }
    }
  }

  private FileChannel open(int moreBytes, Instant now) throws IOException {
    boolean full = segmentBytes > 0 && segmentBytes + moreBytes > settings.segmentSize().bytes();
    Path file = segment;
    if (file == null || full || now.isAfter(begun.plus(LONGEST_SEGMENT)) || !Files.exists(file)) {
      release();
      file = Segments.create(directory, now);
      segment = file;
      begun = now;
      segmentBytes = 0;
      prune(now);
    }
    FileChannel open = channel;
    if (open == null) {
      open = reopen(file);
      channel = open;
    }
    return open;
  }

  private FileChannel reopen(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    } catch (NoSuchFileException e) {
      segment = null;
      throw e;
    }
  }
}
