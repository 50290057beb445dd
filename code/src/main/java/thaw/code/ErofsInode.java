package thaw.code;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A file, directory or link with its place in an erofs image: the number of its inode, and the
 * blocks its content fills.
 *
 * @param number the inode's number: its offset in the image in units of 32 bytes
 * @param sizeBytes length of its content
 * @param firstBlock block its content starts at
 * @param links how many names it has
 * @see <a href="https://docs.kernel.org/filesystems/erofs.html">Linux: EROFS, on-disk details</a>
 */
record ErofsInode(ArchiveNode node, long number, long sizeBytes, long firstBlock, int links) {
  /** Size of an inode in its extended form, which has a time of its own. */
  static final int BYTES = 64;

  /** Unit of inode numbers, bytes. */
  static final int NUMBER_UNIT_BYTES = 32;

  /** Time of what has none: 1 January 1980, as old as a zip's own times can be. */
  static final long EPOCH_SECONDS = 315_532_800L;

  private static final short EXTENDED_FORM_PLAIN_CONTENT = 1;

  /** Appends the inode as it stands on disk. */
  void writeTo(ByteBuffer table) {
    table
        .putShort(EXTENDED_FORM_PLAIN_CONTENT)
        .putShort((short) 0) // no extended attributes
        .putShort((short) mode())
        .putShort((short) 0)
        .putLong(sizeBytes)
        .putInt((int) firstBlock)
        .putInt((int) number)
        .putInt(0) // uid root
        .putInt(0) // gid root
        .putLong(modifiedSeconds())
        .putInt(0)
        .putInt(links)
        .putLong(0)
        .putLong(0);
  }

  /** The type a directory's entry gives for a node. */
  static byte directoryType(ArchiveNode node) {
    return switch (node) {
      case ArchiveNode.RegularFile _ -> 1;
      case ArchiveNode.Directory _ -> 2;
      case ArchiveNode.SymbolicLink _ -> 7;
    };
  }

  static byte[] targetBytes(ArchiveNode.SymbolicLink link) {
    return link.target().getBytes(StandardCharsets.UTF_8);
  }

  /** Readable by all, since functions do not run as root; only a file's executable bit is kept. */
  private int mode() {
    return switch (node) {
      case ArchiveNode.RegularFile file -> file.executable() ? 0100755 : 0100644;
      case ArchiveNode.Directory _ -> 0040755;
      case ArchiveNode.SymbolicLink _ -> 0120777;
    };
  }

  private long modifiedSeconds() {
    return node instanceof ArchiveNode.RegularFile file ? file.modifiedSeconds() : EPOCH_SECONDS;
  }
}
