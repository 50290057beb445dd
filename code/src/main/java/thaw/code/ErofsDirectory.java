package thaw.code;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The content of a directory of an erofs image: blocks that each begin with fixed entries of twelve
 * bytes (inode number, where the name begins in the block, type) and end with the names, all in the
 * order of the names' bytes, {@code .} and {@code ..} among them.
 */
final class ErofsDirectory {
  private static final int ENTRY_BYTES = 12;

  private final List<Entry> entries = new ArrayList<>();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(byte[] name, long number, byte type) {
    int bytes() {
      return ENTRY_BYTES + name.length;
    }
  }

  void add(String name, long number, ArchiveNode node) {
    entries.add(
        new Entry(name.getBytes(StandardCharsets.UTF_8), number, ErofsInode.directoryType(node)));
  }

  /** The blocks; the last one ends with its last name. */
  byte[] encode() {
    entries.sort(Comparator.comparing(Entry::name, Arrays::compareUnsigned));
    List<List<Entry>> blocks = split();
    int lastBytes = blocks.getLast().stream().mapToInt(Entry::bytes).sum();
    ByteBuffer content =
        ByteBuffer.allocate((blocks.size() - 1) * ErofsLayout.BLOCK_BYTES + lastBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < blocks.size(); i++) {
      content.position(i * ErofsLayout.BLOCK_BYTES);
      write(blocks.get(i), content);
    }
    return content.array();
  }

  private List<List<Entry>> split() {
    List<List<Entry>> blocks = new ArrayList<>();
    List<Entry> block = new ArrayList<>();
    int bytes = 0;
    for (Entry entry : entries) {
      if (bytes + entry.bytes() > ErofsLayout.BLOCK_BYTES) {
        blocks.add(block);
        block = new ArrayList<>();
        bytes = 0;
      }
      block.add(entry);
      bytes += entry.bytes();
    }
    blocks.add(block);
    return blocks;
  }

  private static void write(List<Entry> block, ByteBuffer content) {
    int nameOffset = block.size() * ENTRY_BYTES;
    for (Entry entry : block) {
      content.putLong(entry.number()).putShort((short) nameOffset).put(entry.type()).put((byte) 0);
      nameOffset += entry.name().length;
    }
    block.forEach(entry -> content.put(entry.name()));
  }
}
