package thaw.erofs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The content of a directory of an erofs image: blocks that each begin with fixed entries of twelve
 * bytes (inode number, where the name begins in the block, type) and end with the names, all in the
 * order of the names' bytes, {@code .} and {@code ..} among them.
 */
final class ErofsDirectory {
  private static final int ENTRY_BYTES = 12;

  private ErofsDirectory() {}

  /** How many bytes {@link #encode} will give. */
  static int bytes(ErofsNode directory) {
    int blocks = 0;
    int bytes = 0;
    for (String name : names(directory, directory).keySet()) {
      int more = ENTRY_BYTES + name.length();
      if (bytes + more > ErofsMetadata.BLOCK_BYTES) {
        blocks++;
        bytes = 0;
      }
      bytes += more;
    }
    return blocks * ErofsMetadata.BLOCK_BYTES + bytes;
  }

  /** The blocks; the last one ends with its last name. */
  static byte[] encode(ErofsNode directory, ErofsNode parent) {
    SortedMap<String, ErofsNode> entries = names(directory, parent);
    ByteBuffer content = ByteBuffer.allocate(bytes(directory)).order(ByteOrder.LITTLE_ENDIAN);
    List<String> block = new ArrayList<>();
    int bytes = 0;
    int begin = 0;
    for (String name : entries.keySet()) {
      int more = ENTRY_BYTES + name.length();
      if (bytes + more > ErofsMetadata.BLOCK_BYTES) {
        write(block, entries, content.position(begin));
        begin += ErofsMetadata.BLOCK_BYTES;
        block.clear();
        bytes = 0;
      }
      block.add(name);
      bytes += more;
    }
    write(block, entries, content.position(begin));
    return content.array();
  }

  private static SortedMap<String, ErofsNode> names(ErofsNode directory, ErofsNode parent) {
    SortedMap<String, ErofsNode> entries = new TreeMap<>(directory.children());
    entries.put(".", directory);
    entries.put("..", parent);
    return entries;
  }

  private static void write(
      List<String> block, SortedMap<String, ErofsNode> entries, ByteBuffer content) {
    int nameOffset = block.size() * ENTRY_BYTES;
    for (String name : block) {
      ErofsNode node = java.util.Objects.requireNonNull(entries.get(name));
      content
          .putLong(node.number)
          .putShort((short) nameOffset)
          .put(node.kind().directoryType)
          .put((byte) 0);
      nameOffset += name.length();
    }
    for (String name : block) {
      content.put(name.getBytes(StandardCharsets.ISO_8859_1));
    }
  }
}
