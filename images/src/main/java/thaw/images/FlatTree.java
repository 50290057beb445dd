package thaw.images;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import thaw.erofs.ErofsMetadata;
import thaw.erofs.ErofsNode;

/**
 * The tree that comes of unpacking one layer after the other, the lowest first, as the OCI's tools
 * do it: names go through symbolic links, which never lead out of the tree.
 */
final class FlatTree {
  /** As many as Linux follows. */
  private static final int LINKS_FOLLOWED = 40;

  private static final int TARGET_BYTES = 4095;

  private final FlatNode root = FlatNode.directory();
  private final int nodesMax;
  private final Set<Name> named = new HashSet<>();
  private int made;

  /** A name that the present layer gives; the directory is compared by what it is. */
  private record Name(FlatNode place, String name) {}

  /**
   * @param nodesMax most directories that no layer names
   */
  FlatTree(int nodesMax) {
    this.nodesMax = nodesMax;
  }

  FlatNode root() {
    return root;
  }

  /** What follows is of the next layer. */
  void beginLayer() {
    named.clear();
  }

  /**
   * Adds a member of the layer.
   *
   * @param content of a file: the node that knows where it is
   */
  void add(TarEntry entry, List<String> path, @Nullable FlatNode content) throws ImageException {
    if (path.isEmpty()) {
      if (entry.kind() == TarEntry.Kind.DIRECTORY) {
        describe(root, entry);
        return;
      }
      throw ImageException.invalid("a layer has a file in the place of the image's root");
    }
    FlatNode place = directory(path.subList(0, path.size() - 1), path);
    String name = path.getLast();
    named.add(new Name(place, name));
    if (entry.kind() == TarEntry.Kind.HARD_LINK) {
      place.children().put(name, linked(entry));
      return;
    }
    if (entry.kind() == TarEntry.Kind.DIRECTORY
        && place.children().get(name) instanceof FlatNode present
        && present.isDirectory()) {
      describe(present, entry);
      return;
    }
    FlatNode node =
        switch (entry.kind()) {
          case FILE -> Objects.requireNonNull(content);
          case DIRECTORY -> new FlatNode(ErofsNode.Kind.DIRECTORY);
          case FIFO -> new FlatNode(ErofsNode.Kind.FIFO);
          case SYMBOLIC_LINK -> symbolicLink(entry);
          case HARD_LINK, DEVICE -> throw new IllegalArgumentException(entry.kind().name());
        };
    describe(node, entry);
    place.children().put(name, node);
  }

  /** Takes away what layers below have. */
  void remove(Whiteout whiteout) throws ImageException {
    List<String> path = whiteout.path();
    if (whiteout.opaque()) {
      FlatNode directory = find(path);
      if (directory != null && directory.isDirectory()) {
        removeLower(directory);
      }
      return;
    }
    FlatNode place = find(path.subList(0, path.size() - 1));
    if (place == null || !(place.children().get(path.getLast()) instanceof FlatNode node)) {
      return;
    }
    if (node.isDirectory()) {
      removeLower(node);
    }
    if (!named.contains(new Name(place, path.getLast())) && node.children().isEmpty()) {
      place.children().remove(path.getLast());
    }
  }

  /** Everything in a directory that this layer has not named. */
  private void removeLower(FlatNode directory) {
    for (Iterator<Map.Entry<String, ErofsNode>> all = directory.children().entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<String, ErofsNode> entry = all.next();
      FlatNode child = (FlatNode) entry.getValue();
      if (child.isDirectory()) {
        removeLower(child);
      }
      if (!named.contains(new Name(directory, entry.getKey())) && child.children().isEmpty()) {
        all.remove();
      }
    }
  }

  /** Whether the content of any file in the tree was left out. */
  boolean lacksContent() {
    Deque<ErofsNode> todo = new ArrayDeque<>(List.of(root));
    while (!todo.isEmpty()) {
      FlatNode node = (FlatNode) todo.pop();
      if (node.leftOut) {
        return true;
      }
      todo.addAll(node.children().values());
    }
    return false;
  }

  private FlatNode linked(TarEntry entry) throws ImageException {
    List<String> target = EntryName.parts(entry.linkName());
    FlatNode place = target.isEmpty() ? null : find(target.subList(0, target.size() - 1));
    if (place != null
        && place.children().get(target.getLast()) instanceof FlatNode node
        && !node.isDirectory()) {
      return node;
    }
    throw ImageException.invalid(
        Texts.shownBytes(entry.name())
            + " is a hard link to "
            + Texts.shownBytes(entry.linkName())
            + ", which is not there");
  }

  private FlatNode symbolicLink(TarEntry entry) throws ImageException {
    String target = entry.linkName();
    if (target.isEmpty() || target.length() > TARGET_BYTES || target.indexOf('\0') >= 0) {
      throw ImageException.invalid(
          Texts.shownBytes(entry.name()) + " is a symbolic link to what no file can be");
    }
    FlatNode link = new FlatNode(ErofsNode.Kind.SYMBOLIC_LINK);
    link.target(target);
    return link;
  }

  private void describe(FlatNode node, TarEntry entry) throws ImageException {
    boolean link = node.kind() == ErofsNode.Kind.SYMBOLIC_LINK;
    node.access(entry.uid(), entry.gid(), link ? 0777 : entry.mode());
    node.modified(entry.modifiedSeconds(), entry.modifiedNanos());
    SortedMap<String, byte[]> attributes = new TreeMap<>(entry.attributes());
    attributes.keySet().removeIf(name -> !isKept(name));
    if (ErofsMetadata.attributeBytes(attributes) > ErofsMetadata.ATTRIBUTE_BYTES) {
      throw ImageException.invalid(
          Texts.shownBytes(entry.name())
              + " has more extended attributes than "
              + ErofsMetadata.ATTRIBUTE_BYTES
              + " bytes");
    }
    node.attributes(attributes);
  }

  /** Those of users, and capabilities; none that would tell the kernel's overlay anything. */
  private static boolean isKept(String name) {
    return name.length() <= 255
        && (name.equals("security.capability")
            || (name.startsWith("user.")
                && !name.startsWith("user.overlay.")
                && ErofsMetadata.isAttribute(name)));
  }

  /** The directory of a path, made if it is missing. */
  private FlatNode directory(List<String> path, List<String> of) throws ImageException {
    FlatNode found = walk(path, true);
    if (found == null || !found.isDirectory()) {
      throw ImageException.invalid(
          Texts.shownBytes(String.join("/", of)) + " lies below what is not a directory");
    }
    return found;
  }

  private @Nullable FlatNode find(List<String> path) throws ImageException {
    return walk(path, false);
  }

  private @Nullable FlatNode walk(List<String> path, boolean make) throws ImageException {
    Deque<String> todo = new ArrayDeque<>(path);
    List<FlatNode> way = new ArrayList<>(List.of(root));
    int followed = 0;
    while (!todo.isEmpty()) {
      String name = todo.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        if (way.size() > 1) {
          way.removeLast();
        }
        continue;
      }
      FlatNode place = way.getLast();
      if (!place.isDirectory()) {
        return null;
      }
      FlatNode next = (FlatNode) place.children().get(name);
      if (next == null) {
        if (!make) {
          return null;
        }
        next = make(place, name);
      }
      if (next.kind() == ErofsNode.Kind.SYMBOLIC_LINK) {
        if (++followed > LINKS_FOLLOWED) {
          throw ImageException.invalid(
              "symbolic links in " + Texts.shownBytes(String.join("/", path)) + " lead nowhere");
        }
        if (next.target().startsWith("/")) {
          way.subList(1, way.size()).clear();
        }
        List<String> parts = List.of(next.target().split("/", -1));
        for (int i = parts.size() - 1; i >= 0; i--) {
          todo.push(parts.get(i));
        }
      } else {
        way.add(next);
      }
    }
    return way.getLast();
  }

  private FlatNode make(FlatNode place, String name) throws ImageException {
    if (++made > nodesMax) {
      throw ImageException.invalid("the image has too many directories");
    }
    FlatNode directory = FlatNode.directory();
    named.add(new Name(place, name));
    place.children().put(name, directory);
    return directory;
  }
}
