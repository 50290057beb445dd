package thaw.code;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Gives everything in a tree its place in an erofs image: the superblock in block 0, then the table
 * of inodes, then the content of directories and links, then that of files, each starting on a
 * block of its own. The inodes of one directory's entries lie side by side, as do their files.
 * Equal trees get equal layouts.
 */
final class ErofsLayout {
  static final int BLOCK_BYTES = 4096;

  private static final int FIRST_NUMBER = BLOCK_BYTES / ErofsInode.NUMBER_UNIT_BYTES;
  private static final int NUMBERS_PER_INODE = ErofsInode.BYTES / ErofsInode.NUMBER_UNIT_BYTES;

  private final List<ArchiveNode> order = new ArrayList<>();
  private final IdentityHashMap<ArchiveNode, ArchiveNode.Directory> parents =
      new IdentityHashMap<>();
  private final IdentityHashMap<ArchiveNode, Integer> indexes = new IdentityHashMap<>();
  private final List<ErofsInode> inodes = new ArrayList<>();
  private final IdentityHashMap<ArchiveNode, byte[]> metadata = new IdentityHashMap<>();
  private final long blocks;

  ErofsLayout(ArchiveNode.Directory root) {
    number(root, root);
    walk(root);
    long next = 1 + blocksOf((long) order.size() * ErofsInode.BYTES);
    IdentityHashMap<ArchiveNode, Long> starts = new IdentityHashMap<>();
    for (ArchiveNode node : order) {
      if (!(node instanceof ArchiveNode.RegularFile)) {
        byte[] content = content(node);
        metadata.put(node, content);
        starts.put(node, next);
        next += blocksOf(content.length);
      }
    }
    for (ArchiveNode node : order) {
      if (node instanceof ArchiveNode.RegularFile file) {
        starts.put(node, next);
        next += blocksOf(file.sizeBytes());
      }
    }
    blocks = next;
    for (ArchiveNode node : order) {
      inodes.add(
          new ErofsInode(
              node, numberOf(node), sizeBytes(node), starts.getOrDefault(node, 0L), links(node)));
    }
  }

  /** All inodes, in the order of the table; the root is the first. */
  List<ErofsInode> inodes() {
    return inodes;
  }

  /** What stands in a directory or symbolic link. */
  byte[] metadata(ErofsInode inode) {
    return metadata.getOrDefault(inode.node(), new byte[0]);
  }

  /** Length of the whole image. */
  long blocks() {
    return blocks;
  }

  static long blocksOf(long bytes) {
    return Math.ceilDiv(bytes, BLOCK_BYTES);
  }

  private void number(ArchiveNode node, ArchiveNode.Directory parent) {
    indexes.put(node, order.size());
    parents.put(node, parent);
    order.add(node);
  }

  private void walk(ArchiveNode.Directory directory) {
    directory.nodes().forEach(child -> number(child, directory));
    for (ArchiveNode child : directory.nodes()) {
      if (child instanceof ArchiveNode.Directory inner) {
        walk(inner);
      }
    }
  }

  private long numberOf(ArchiveNode node) {
    return FIRST_NUMBER + (long) indexes.getOrDefault(node, 0) * NUMBERS_PER_INODE;
  }

  private byte[] content(ArchiveNode node) {
    return switch (node) {
      case ArchiveNode.SymbolicLink link -> ErofsInode.targetBytes(link);
      case ArchiveNode.Directory directory -> {
        ErofsDirectory entries = new ErofsDirectory();
        entries.add(".", numberOf(directory), directory);
        ArchiveNode.Directory parent = parents.getOrDefault(directory, directory);
        entries.add("..", numberOf(parent), parent);
        directory.children().forEach((name, child) -> entries.add(name, numberOf(child), child));
        yield entries.encode();
      }
      case ArchiveNode.RegularFile _ -> new byte[0];
    };
  }

  private long sizeBytes(ArchiveNode node) {
    return node instanceof ArchiveNode.RegularFile file
        ? file.sizeBytes()
        : metadata.getOrDefault(node, new byte[0]).length;
  }

  private static int links(ArchiveNode node) {
    return node instanceof ArchiveNode.Directory directory
        ? 2
            + (int)
                directory.nodes().stream().filter(ArchiveNode.Directory.class::isInstance).count()
        : 1;
  }
}
