package thaw.code;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

/**
 * The tree of an archive's entries while it is built and checked. Directories that no entry names
 * are made; a name stands for one thing only; nothing lies below a file or a symbolic link.
 */
final class ArchiveTree {
  /** Most files, directories and links of one archive, directories that no entry names included. */
  static final int NODES = 200_000;

  private final ArchiveNode.Directory root = ArchiveNode.Directory.empty();
  private int nodes;
  private int links;

  ArchiveNode.Directory root() {
    return root;
  }

  void addDirectory(EntryPath path) {
    ArchiveNode.Directory place = root;
    for (String name : path.names()) {
      place = enter(place, name, path);
    }
  }

  void addFile(EntryPath path, ZipArchiveEntry entry) {
    add(
        path,
        new ArchiveNode.RegularFile(
            entry, EntryKind.executable(entry), EntryTime.modifiedSeconds(entry)));
  }

  void addLink(EntryPath path, String target) {
    if (++links > SymbolicLinks.LINKS) {
      throw BadArchive.unreadable("it holds more than " + SymbolicLinks.LINKS + " symbolic links");
    }
    add(path, new ArchiveNode.SymbolicLink(target));
  }

  /** Refuses links that lead out; to be called once all entries are in. */
  void checkLinks() {
    if (links > 0) {
      List<ArchiveNode.Directory> way = new ArrayList<>();
      way.add(root);
      checkLinks(way);
    }
  }

  private static void checkLinks(List<ArchiveNode.Directory> way) {
    way.getLast()
        .children()
        .forEach((name, node) -> {
          if (node instanceof ArchiveNode.SymbolicLink(String target)
              && !SymbolicLinks.staysInside(way, target)) {
            throw BadArchive.unreadable(
                "symbolic link "
                    + BadArchive.shown(name)
                    + " points out of the archive, to "
                    + BadArchive.shown(target));
          }
          if (node instanceof ArchiveNode.Directory child) {
            way.add(child);
            checkLinks(way);
            way.removeLast();
          }
        });
  }

  private void add(EntryPath path, ArchiveNode node) {
    if (path.names().isEmpty()) {
      throw BadArchive.unreadable("an entry has the name of the archive's root but is a file");
    }
    ArchiveNode.Directory place = root;
    for (String name : path.names().subList(0, path.names().size() - 1)) {
      place = enter(place, name, path);
    }
    if (place.children().putIfAbsent(path.names().getLast(), node) != null) {
      throw BadArchive.unreadable(
          "it holds two entries named " + BadArchive.shown(path.toString()));
    }
    count();
  }

  private ArchiveNode.Directory enter(ArchiveNode.Directory place, String name, EntryPath path) {
    return switch (place.children().get(name)) {
      case ArchiveNode.Directory child -> child;
      case null -> {
        count();
        ArchiveNode.Directory made = ArchiveNode.Directory.empty();
        place.children().put(name, made);
        yield made;
      }
      default ->
          throw BadArchive.unreadable(
              "entry "
                  + BadArchive.shown(path.toString())
                  + " needs "
                  + BadArchive.shown(name)
                  + " to be a directory, but another entry makes it a file or symbolic link");
    };
  }

  private void count() {
    if (++nodes > NODES) {
      throw BadArchive.unreadable("it holds more than " + NODES + " files and directories");
    }
  }
}
