package thaw.logs;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The segment files of one log group, named after the millisecond they were begun in, so that their
 * names sort by age and none comes back after its file was deleted.
 */
final class Segments {
  /** The suffix carries the format's version. */
  private static final String SUFFIX = ".v1.jsonl";

  private static final Pattern NAME = Pattern.compile("\\d{14}\\.v1\\.jsonl");

  private Segments() {}

  /** Oldest first; empty if there is no such group. */
  static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> NAME.matcher(String.valueOf(file.getFileName())).matches())
          .sorted()
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** Makes the next segment, also when another process does the same at this moment. */
  static Path create(Path directory, Instant now) throws IOException {
    Files.createDirectories(directory);
    List<Path> existing = list(directory);
    long number = now.toEpochMilli();
    if (!existing.isEmpty()) {
      number = Math.max(number, number(existing.getLast()) + 1);
    }
    while (true) {
      Path file = directory.resolve(String.format(Locale.ROOT, "%014d%s", number, SUFFIX));
      try {
        return Files.createFile(file);
      } catch (FileAlreadyExistsException e) {
        number++;
      }
    }
  }

  /**
   * Deletes segments last written before {@code oldest}, and the oldest ones beyond {@code
   * groupBytes}; never the newest, which may be open, unless it is too old.
   */
  static void prune(Path directory, Instant oldest, long groupBytes) throws IOException {
    List<Path> segments = list(directory);
    long bytes = 0;
    for (int i = segments.size() - 1; i >= 0; i--) {
      Path segment = segments.get(i);
      boolean newest = i == segments.size() - 1;
      bytes += sizeIfThere(segment);
      if (lastWritten(segment).isBefore(oldest) || (bytes > groupBytes && !newest)) {
        Files.deleteIfExists(segment);
      }
    }
  }

  /** 0 if another process has pruned it. */
  private static long sizeIfThere(Path segment) throws IOException {
    try {
      return Files.size(segment);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private static Instant lastWritten(Path segment) throws IOException {
    try {
      return Files.getLastModifiedTime(segment).toInstant();
    } catch (NoSuchFileException e) {
      return Instant.MAX;
    }
  }

  private static long number(Path segment) {
    return Long.parseLong(String.valueOf(segment.getFileName()).substring(0, 14));
  }
}
