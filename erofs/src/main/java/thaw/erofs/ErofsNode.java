package thaw.erofs;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file, directory or link as it is to stand in an image. A node with several names stands for
 * them all: hard links.
 *
 * <p>Names, targets and names of attributes are strings of bytes: one character of ISO 8859-1 for
 * each, so that any name can be had, and the order of strings is that of their bytes, which erofs
 * wants.
 */
public class ErofsNode {
  private static final int PERMISSIONS = 07777;

  private final Kind kind;
  private final SortedMap<String, ErofsNode> children;
  private SortedMap<String, byte[]> attributes = new TreeMap<>();
  private String target = "";
  private int permissions;
  private int uid;
  private int gid;
  private long modifiedSeconds;
  private int modifiedNanos;
  private long sizeBytes;
  private long firstBlock;

  // Of the image that is being made of it.
  long number = -1;
  int links;

  /** What a node is. */
  public enum Kind {
    FILE(1, 0100000),
    DIRECTORY(2, 0040000),
    FIFO(5, 0010000),
    SYMBOLIC_LINK(7, 0120000);

    final byte directoryType;
    final int modeBits;

    Kind(int directoryType, int modeBits) {
      this.directoryType = (byte) directoryType;
      this.modeBits = modeBits;
    }
  }

  /** One that root owns, empty, of no permissions and of 1970. */
  public ErofsNode(Kind kind) {
    this.kind = kind;
    this.children =
        kind == Kind.DIRECTORY ? new TreeMap<>() : java.util.Collections.emptySortedMap();
  }

  /** A name in UTF-8 as nodes have it. */
  public static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  public final Kind kind() {
    return kind;
  }

  public final boolean isDirectory() {
    return kind == Kind.DIRECTORY;
  }

  /**
   * A directory's entries by their names, without {@code .} and {@code ..}; to be changed freely.
   */
  public final SortedMap<String, ErofsNode> children() {
    return children;
  }

  /** Extended attributes by their full names, as {@code user.x}; see {@link ErofsMetadata}. */
  public final SortedMap<String, byte[]> attributes() {
    return attributes;
  }

  public final void attributes(SortedMap<String, byte[]> all) {
    attributes = all;
  }

  /** Where a symbolic link points. */
  public final String target() {
    return target;
  }

  public final void target(String bytes) {
    target = bytes;
  }

  /** Owner and the lowest twelve bits of the mode. */
  public final void access(int userId, int groupId, int mode) {
    uid = userId;
    gid = groupId;
    permissions = mode & PERMISSIONS;
  }

  final int mode() {
    return kind.modeBits | permissions;
  }

  final int uid() {
    return uid;
  }

  final int gid() {
    return gid;
  }

  /** When it was last changed, since 1970. */
  public final void modified(long seconds, int nanos) {
    modifiedSeconds = seconds;
    modifiedNanos = nanos;
  }

  final long modifiedSeconds() {
    return modifiedSeconds;
  }

  final int modifiedNanos() {
    return modifiedNanos;
  }

  /**
   * Where a file's content stands in the image.
   *
   * @param firstBlock in units of {@link ErofsMetadata#BLOCK_BYTES}
   */
  public final void content(long bytes, long firstBlock) {
    this.sizeBytes = bytes;
    this.firstBlock = firstBlock;
  }

  public final long sizeBytes() {
    return sizeBytes;
  }

  public final long firstBlock() {
    return firstBlock;
  }
}
