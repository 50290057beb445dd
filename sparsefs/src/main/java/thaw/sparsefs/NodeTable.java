package thaw.sparsefs;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Every node by its id. */
final class NodeTable {
  private final Map<Long, Node> nodes = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong(FuseProtocol.ROOT_NODE);
  private final Node.Directory root = new Node.Directory(FuseProtocol.ROOT_NODE, 0711, 0);

  NodeTable() {
    nodes.put(root.id(), root);
  }

  Node.Directory root() {
    return root;
  }

  Optional<Node> find(long id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /** Adds a sandbox's directory. */
  Node.Directory addDirectory(String name, int uid) {
    Node.Directory directory = new Node.Directory(lastId.incrementAndGet(), 0500, uid);
    add(root, name, directory);
    return directory;
  }

  /** Adds a file to a directory. */
  Node.Regular addFile(Node.Directory directory, SparseFile file) {
    Node.Regular node = new Node.Regular(lastId.incrementAndGet(), file, false);
    add(directory, file.name(), node);
    return node;
  }

  /** A file that is in no directory yet. */
  Node.Regular addShared(SparseFile file) {
    Node.Regular node = new Node.Regular(lastId.incrementAndGet(), file, true);
    nodes.put(node.id(), node);
    return node;
  }

  /** Adds a shared file to one more directory. */
  void link(Node.Directory directory, Node.Regular shared) {
    add(directory, shared.file().name(), shared);
  }

  /** Takes a shared file away, which is in no directory any more. */
  void removeShared(Node.Regular shared) {
    nodes.remove(shared.id());
  }

  void remove(Node.Directory parent, String name) {
    Node node = parent.children().remove(name);
    if (node != null && !(node instanceof Node.Regular regular && regular.shared())) {
      nodes.remove(node.id());
    }
  }

  private void add(Node.Directory parent, String name, Node node) {
    boolean linked = nodes.put(node.id(), node) != null;
    if (parent.children().putIfAbsent(name, node) != null) {
      if (!linked) {
        nodes.remove(node.id());
      }
      throw new IllegalArgumentException("exists already: " + name);
    }
  }
}
