package thaw.code;

import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/**
 * Checked archives laid over each other, the first at the bottom: directories of one path become
 * one, of anything else the last stays. So Lambda lays its layers into {@code /opt}.
 */
final class Archives implements AutoCloseable {
  private final List<Archive> archives = new ArrayList<>();
  private final ArchiveNode.Directory root = ArchiveNode.Directory.empty();
  private final IdentityHashMap<ArchiveNode.RegularFile, Archive> origins = new IdentityHashMap<>();
  private int nodes;

  private Archives() {}

  /**
   * Opens archives, each as {@link Archive#openStored} does.
   *
   * @throws thaw.model.LambdaException also if they hold too many files together
   */
  static Archives open(List<byte[]> zips) throws IOException {
    Archives all = new Archives();
    try {
      for (byte[] zip : zips) {
        Archive archive = Archive.openStored(zip);
        all.archives.add(archive);
        all.lay(archive, archive.root(), all.root);
      }
      return all;
    } catch (IOException | RuntimeException e) {
      all.close();
      throw e;
    }
  }

  ArchiveNode.Directory root() {
    return root;
  }

  /** As {@link Archive#inflate(ArchiveNode.RegularFile, long, Archive.Sink)}. */
  long inflate(ArchiveNode.RegularFile file, long allowedBytes, Archive.Sink sink)
      throws IOException {
    return Objects.requireNonNull(origins.get(file)).inflate(file, allowedBytes, sink);
  }

  private void lay(Archive archive, ArchiveNode.Directory upper, ArchiveNode.Directory place) {
    upper
        .children()
        .forEach((name, node) -> {
          if (++nodes > ArchiveTree.NODES) {
            throw BadArchive.unreadable(
                "together they hold more than " + ArchiveTree.NODES + " files and directories");
          }
          switch (node) {
            case ArchiveNode.Directory directory ->
                lay(archive, directory, directoryIn(place, name));
            case ArchiveNode.RegularFile file -> {
              place.children().put(name, file);
              origins.put(file, archive);
            }
            case ArchiveNode.SymbolicLink link -> place.children().put(name, link);
          }
        });
  }

  private static ArchiveNode.Directory directoryIn(ArchiveNode.Directory place, String name) {
    if (place.children().get(name) instanceof ArchiveNode.Directory present) {
      return present;
    }
    ArchiveNode.Directory made = ArchiveNode.Directory.empty();
    place.children().put(name, made);
    return made;
  }

  @Override
  public void close() throws IOException {
    for (Archive archive : archives) {
      archive.close();
    }
  }
}
