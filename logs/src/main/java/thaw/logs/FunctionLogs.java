package thaw.logs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.function.Consumer;

/**
 * Reads functions' logs from disk, in this or another process than the one that writes them. Lines
 * come in the order in which they were written; what a crash has torn is skipped.
 */
public final class FunctionLogs {
  private final Path root;

  /**
   * @param root the directory the {@link LogWriter} was given
   */
  public FunctionLogs(Path root) {
    this.root = root;
  }

  /** Hands over what is there. A group that has never been written to is empty. */
  public void read(LogGroup group, LogQuery query, Consumer<LogEvent> to) throws IOException {
    new LogCursor(group.directory(root), query).advance(to);
  }

  /**
   * Hands over what is there and then every line as it is written, told by the kernel (inotify);
   * ends by an interrupt, or when the group's directory is deleted.
   */
  public void follow(LogGroup group, LogQuery query, Consumer<LogEvent> to)
      throws IOException, InterruptedException {
    Path directory = Files.createDirectories(group.directory(root));
    LogCursor cursor = new LogCursor(directory, query);
    try (WatchService watch = directory.getFileSystem().newWatchService()) {
      WatchKey key =
          directory.register(
              watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      do {
        cursor.advance(to);
        watch.take();
        key.pollEvents();
      } while (key.reset());
    }
  }
}
