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
    Node.Regular node = new Node.Regular(lastId.incrementAndGet(), file);
    add(directory, file.name(), node);
    return node;
  }

  void remove(Node.Directory parent, String name) {
    Node node = parent.children().remove(name);
    if (node != null) {
      nodes.remove(node.id());
    }
  }

  private void add(Node.Directory parent, String name, Node node) {
    nodes.put(node.id(), node);
    if (parent.children().putIfAbsent(name, node) != null) {
      nodes.remove(node.id());
      throw new IllegalArgumentException("exists already: " + name);
    }
  }
}
