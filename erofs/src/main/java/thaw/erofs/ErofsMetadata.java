package thaw.erofs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Everything in an image but the superblock and the content of files: inodes with their attributes,
 * and the content of directories and symbolic links, which stands behind its inode if both fit into
 * one block, so that a lookup reads few blocks. What needs more has blocks of its own, behind all
 * inodes. The inodes of one directory's entries lie side by side. Equal trees give equal bytes.
 *
 * @see <a href="https://docs.kernel.org/filesystems/erofs.html">Linux: EROFS, on-disk details</a>
 */
public final class ErofsMetadata {
  public static final int BLOCK_BYTES = 4096;

  /** Most bytes that a node's attributes take. */
  public static final int ATTRIBUTE_BYTES = 3072;

  /**
   * Number of the root's inode. 0 would do for Linux, and not for programs that read directories.
   */
  static final int ROOT = 2;

  private static final int NUMBER_UNIT_BYTES = 32;
  private static final int INODE_BYTES = 64;
  private static final int ATTRIBUTES_HEADER_BYTES = 12;
  private static final int ATTRIBUTE_ENTRY_BYTES = 4;
  private static final int PLAIN = 1; // extended form, content in blocks of its own
  private static final int INLINE = 5; // extended form, the last part of the content behind it

  private static final Map<String, Integer> PREFIXES =
      Map.of("user.", 1, "trusted.", 4, "security.", 6);

  private final List<Placed> order = new ArrayList<>();
  private long inodeBytes = (long) ROOT * NUMBER_UNIT_BYTES;
  private long contentBlocks;

  /** A node with its inode's place. */
  private static final class Placed {
    final ErofsNode node;
    final ErofsNode parent;
    int contentBytes;
    boolean inline;
    long contentBlock;

    Placed(ErofsNode node, ErofsNode parent) {
      this.node = node;
      this.parent = parent;
    }
  }

  /**
   * Gives everything its place. Where files' content stands may be said later.
   *
   * @param root a directory, which only one image may be made of at a time
   * @param firstBlock where the metadata are to stand in the image
   */
  public ErofsMetadata(ErofsNode root, long firstBlock) {
    collect(root);
    for (Placed placed : order) {
      place(placed);
    }
    for (Placed placed : order) {
      if (placed.contentBytes > 0 && !placed.inline) {
        placed.contentBlock = firstBlock + blocksOf(inodeBytes) + contentBlocks;
        contentBlocks += blocksOf(placed.contentBytes);
      }
    }
  }

  public static long blocksOf(long bytes) {
    return Math.ceilDiv(bytes, BLOCK_BYTES);
  }

  /** How many blocks the metadata take. */
  public long blocks() {
    return blocksOf(inodeBytes) + contentBlocks;
  }

  /** How many inodes there are. */
  public int inodes() {
    return order.size();
  }

  /** The regular files, in the order of their inodes. */
  public List<ErofsNode> files() {
    return order.stream()
        .map(placed -> placed.node)
        .filter(node -> node.kind() == ErofsNode.Kind.FILE)
        .toList();
  }

  /** Whether an attribute of this name can be kept. */
  public static boolean isAttribute(String name) {
    return PREFIXES.keySet().stream()
        .anyMatch(prefix -> name.startsWith(prefix) && name.length() > prefix.length());
  }

  /** How many bytes a node's attributes take. */
  public static int attributeBytes(Map<String, byte[]> attributes) {
    if (attributes.isEmpty()) {
      return 0;
    }
    int bytes = ATTRIBUTES_HEADER_BYTES;
    for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
      bytes += entryBytes(attribute);
    }
    return bytes;
  }

  private static int entryBytes(Map.Entry<String, byte[]> attribute) {
    int bytes =
        ATTRIBUTE_ENTRY_BYTES + suffix(attribute.getKey()).length() + attribute.getValue().length;
    return (bytes + 3) & ~3;
  }

  private void collect(ErofsNode root) {
    Deque<ErofsNode> todo = new ArrayDeque<>();
    reset(root);
    todo.push(root);
    add(root, root);
    root.links = 2;
    while (!todo.isEmpty()) {
      ErofsNode directory = todo.pop();
      List<ErofsNode> inner = new ArrayList<>();
      for (ErofsNode child : directory.children().values()) {
        child.links++;
        if (child.number < 0) {
          add(child, directory);
        }
        if (child.isDirectory()) {
          child.links = 2;
          directory.links++;
          inner.add(child);
        }
      }
      for (int i = inner.size() - 1; i >= 0; i--) {
        todo.push(inner.get(i));
      }
    }
  }

  /** A tree may have been in an image before. */
  private static void reset(ErofsNode root) {
    Deque<ErofsNode> todo = new ArrayDeque<>(List.of(root));
    while (!todo.isEmpty()) {
      ErofsNode node = todo.pop();
      node.number = -1;
      node.links = 0;
      todo.addAll(node.children().values());
    }
  }

  private void add(ErofsNode node, ErofsNode parent) {
    node.number = 0;
    order.add(new Placed(node, parent));
  }

  private void place(Placed placed) {
    ErofsNode node = placed.node;
    placed.contentBytes =
        switch (node.kind()) {
          case SYMBOLIC_LINK -> node.target().length();
          case DIRECTORY -> ErofsDirectory.bytes(node);
          case FILE, FIFO -> 0;
        };
    int bytes = INODE_BYTES + attributeBytes(node.attributes());
    placed.inline = placed.contentBytes > 0 && bytes + placed.contentBytes <= BLOCK_BYTES;
    int all = placed.inline ? bytes + placed.contentBytes : bytes;
    long begin = (inodeBytes + NUMBER_UNIT_BYTES - 1) / NUMBER_UNIT_BYTES * NUMBER_UNIT_BYTES;
    if (begin / BLOCK_BYTES != (begin + all - 1) / BLOCK_BYTES) {
      begin = (begin / BLOCK_BYTES + 1) * BLOCK_BYTES;
    }
    node.number = begin / NUMBER_UNIT_BYTES;
    inodeBytes = begin + all;
  }

  /** Writes them, {@link #blocks} whole blocks. */
  public void writeTo(OutputStream out) throws IOException {
    byte[] bytes = new byte[BLOCK_BYTES];
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long blockNumber = 0;
    for (Placed placed : order) {
      long begin = placed.node.number * NUMBER_UNIT_BYTES;
      for (; blockNumber < begin / BLOCK_BYTES; blockNumber++) {
        flush(bytes, out);
      }
      block.position((int) (begin % BLOCK_BYTES));
      writeInode(placed, block);
    }
    flush(bytes, out);
    for (Placed placed : order) {
      if (placed.contentBytes > 0 && !placed.inline) {
        byte[] content = content(placed);
        out.write(Arrays.copyOf(content, (int) blocksOf(content.length) * BLOCK_BYTES));
      }
    }
  }

  private static void flush(byte[] block, OutputStream out) throws IOException {
    out.write(block);
    Arrays.fill(block, (byte) 0);
  }

  private static void writeInode(Placed placed, ByteBuffer block) {
    ErofsNode node = placed.node;
    int attributeBytes = attributeBytes(node.attributes());
    boolean file = node.kind() == ErofsNode.Kind.FILE;
    block
        .putShort((short) (placed.inline ? INLINE : PLAIN))
        .putShort(
            (short)
                (attributeBytes == 0
                    ? 0
                    : (attributeBytes - ATTRIBUTES_HEADER_BYTES) / ATTRIBUTE_ENTRY_BYTES + 1))
        .putShort((short) node.mode())
        .putShort((short) 0)
        .putLong(file ? node.sizeBytes() : placed.contentBytes)
        .putInt((int) (file ? node.firstBlock() : placed.contentBlock))
        .putInt((int) node.number)
        .putInt(node.uid())
        .putInt(node.gid())
        .putLong(node.modifiedSeconds())
        .putInt(node.modifiedNanos())
        .putInt(node.links)
        .putLong(0)
        .putLong(0);
    if (attributeBytes > 0) {
      block.put(new byte[ATTRIBUTES_HEADER_BYTES]); // nothing shared
      node.attributes().entrySet().forEach(attribute -> writeAttribute(attribute, block));
    }
    if (placed.inline) {
      block.put(content(placed));
    }
  }

  private static void writeAttribute(Map.Entry<String, byte[]> attribute, ByteBuffer block) {
    int end = block.position() + entryBytes(attribute);
    String suffix = suffix(attribute.getKey());
    block
        .put((byte) suffix.length())
        .put((byte) (int) PREFIXES.getOrDefault(prefix(attribute.getKey()), 0))
        .putShort((short) attribute.getValue().length)
        .put(suffix.getBytes(StandardCharsets.ISO_8859_1))
        .put(attribute.getValue());
    while (block.position() < end) {
      block.put((byte) 0);
    }
  }

  private static String prefix(String name) {
    return name.substring(0, name.indexOf('.') + 1);
  }

  private static String suffix(String name) {
    return name.substring(name.indexOf('.') + 1);
  }

  private static byte[] content(Placed placed) {
    return placed.node.isDirectory()
        ? ErofsDirectory.encode(placed.node, placed.parent)
        : placed.node.target().getBytes(StandardCharsets.ISO_8859_1);
  }
}
