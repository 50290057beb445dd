package thaw.chunks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The file in which the roots' states are kept; replaced by one rename whenever one changes. */
class RootBook {
  private static final int FORMAT_VERSION = 1;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path file;

  RootBook(Path file) {
    this.file = file;
  }

  /**
   * What stands in the file.
   *
   * @param lastId highest id ever given to a root
   */
  record Page(int formatVersion, long lastId, List<Root> roots) {
    Page {
      roots = List.copyOf(roots);
    }
  }

  Page read() throws IOException {
    if (!Files.exists(file)) {
      return new Page(FORMAT_VERSION, 0, List.of());
    }
    try {
      Page page = JSON.readValue(Files.readAllBytes(file), Page.class);
      if (page.formatVersion() != FORMAT_VERSION) {
        throw new IOException(
            "the file " + file + " is of format version " + page.formatVersion() + ", not 1");
      }
      return page;
    } catch (JacksonException | NullPointerException e) {
      throw new DamagedException(
          "the file " + file + " is damaged; restore it from a backup, nothing was deleted", e);
    }
  }

  void write(long lastId, List<Root> roots) throws IOException {
    Files.createDirectories(DurableFiles.parent(file));
    DurableFiles.write(file, JSON.writeValueAsBytes(new Page(FORMAT_VERSION, lastId, roots)));
  }
}
