package thaw.images;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What layers hide of those below them, by names alone: the layers are read from the top down, and
 * the content of what is hidden is not to be kept. Symbolic links in names, and hard links, can
 * make this wrong; the tree that is made in the end knows better.
 */
final class Cover {
  private final Set<String> taken = new HashSet<>();
  private final Set<String> directories = new HashSet<>();
  private final Set<String> opaque = new HashSet<>();
  private final Set<String> linked = new HashSet<>();

  /** A layer has something there that is no directory, or takes away what is there. */
  void take(List<String> path) {
    taken.add(String.join("/", path));
  }

  void directory(List<String> path) {
    directories.add(String.join("/", path));
  }

  /** A layer takes away what is in a directory. */
  void empty(List<String> path) {
    opaque.add(String.join("/", path));
  }

  /** A layer has a hard link to something that it does not have itself. */
  void link(List<String> target) {
    linked.add(String.join("/", target));
  }

  void add(Cover layer) {
    taken.addAll(layer.taken);
    directories.addAll(layer.directories);
    opaque.addAll(layer.opaque);
    linked.addAll(layer.linked);
  }

  /** Whether it is in this layer. */
  boolean names(List<String> path) {
    return taken.contains(String.join("/", path));
  }

  boolean hidesFile(List<String> path) {
    String whole = String.join("/", path);
    if (linked.contains(whole)) {
      return false;
    }
    if (taken.contains(whole) || directories.contains(whole) || opaque.contains("")) {
      return true;
    }
    for (int slash = whole.lastIndexOf('/'); slash > 0; slash = whole.lastIndexOf('/', slash - 1)) {
      String above = whole.substring(0, slash);
      if (taken.contains(above) || opaque.contains(above)) {
        return true;
      }
    }
    return false;
  }
}
