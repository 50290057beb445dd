package thaw.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies retention to every log group, also of functions that are long gone. */
final class Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  /** Groups lie at {@code <account>/<region>/<group>}. */
  private static final int GROUP_DEPTH = 3;

  private Housekeeping() {}

  static void prune(Path root, LogSettings settings, Instant now) {
    Instant oldest = now.minus(settings.retention());
    for (Path group : groups(root)) {
      try {
        Segments.prune(group, oldest, settings.groupSize().bytes());
      } catch (IOException e) {
        LOG.warn("could not apply the logs' retention in {}: {}", group, e.toString());
      }
    }
  }

  private static List<Path> groups(Path root) {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> tree = Files.find(root, GROUP_DEPTH, (path, kind) -> kind.isDirectory())) {
      return tree.filter(path -> root.relativize(path).getNameCount() == GROUP_DEPTH).toList();
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("could not list the logs in {}: {}", root, e.toString());
      return List.of();
    }
  }
}
