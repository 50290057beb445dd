package thaw.code;

import java.io.IOException;
import java.io.OutputStream;
import java.util.IdentityHashMap;
import java.util.Objects;
import thaw.erofs.ContentLayout;
import thaw.erofs.ErofsMetadata;
import thaw.erofs.ErofsNode;
import thaw.erofs.ErofsSuperblock;

/**
 * Writes checked archives as a read-only erofs file system, uncompressed, straight from the zip:
 * nothing a stranger named is ever created on the host's own file system, and equal archives give
 * equal bytes. ({@code mkfs.erofs} would need the archive unpacked first.) The superblock comes
 * first, then the metadata, then the content of files, each from a block of its own on; in all but
 * small images both begin on boundaries of chunks, as {@link ContentLayout} has it.
 */
final class ErofsImage {
  private static final long METADATA_BLOCK = 1;

  /** Content up to this size is a few chunks in any case, and has no boundaries. */
  private static final long SMALL_BYTES = 4 << 20;

  private final Archives archives;
  private final IdentityHashMap<ErofsNode, Packed> files = new IdentityHashMap<>();
  private final OutputStream out;

  /**
   * A file's content.
   *
   * @param path what its place depends on
   */
  private record Packed(ArchiveNode.RegularFile file, String path) {}

  private ErofsImage(Archives archives, OutputStream out) {
    this.archives = archives;
    this.out = out;
  }

  /** Writes the image from its first byte to its last; answers how many they are. */
  static long write(Archives archives, OutputStream out) throws IOException {
    return new ErofsImage(archives, out).write() * ErofsMetadata.BLOCK_BYTES;
  }

  private long write() throws IOException {
    ErofsMetadata metadata = new ErofsMetadata(node(archives.root(), ""), METADATA_BLOCK);
    long blocks = place(metadata);
    out.write(ErofsSuperblock.encode(METADATA_BLOCK, blocks, metadata.inodes(), "thaw-code"));
    metadata.writeTo(out);
    long written = (METADATA_BLOCK + metadata.blocks()) * ErofsMetadata.BLOCK_BYTES;
    for (ErofsNode file : metadata.files()) {
      if (file.sizeBytes() > 0) {
        zeros(file.firstBlock() * ErofsMetadata.BLOCK_BYTES - written);
        archives.inflate(
            packed(file).file(),
            file.sizeBytes(),
            (buffer, length) -> out.write(buffer, 0, length));
        written = file.firstBlock() * ErofsMetadata.BLOCK_BYTES + file.sizeBytes();
      }
    }
    zeros(blocks * ErofsMetadata.BLOCK_BYTES - written);
    return blocks;
  }

  /** Gives all content its place; answers how many blocks the image has. */
  private long place(ErofsMetadata metadata) {
    long contentBytes = 0;
    for (ErofsNode file : metadata.files()) {
      contentBytes += packed(file).file().sizeBytes();
    }
    long end = METADATA_BLOCK + metadata.blocks();
    ContentLayout layout =
        new ContentLayout(
            end * ErofsMetadata.BLOCK_BYTES, contentBytes > SMALL_BYTES ? Long.MAX_VALUE : 0);
    layout.align();
    for (ErofsNode file : metadata.files()) {
      long bytes = packed(file).file().sizeBytes();
      file.content(bytes, layout.place(packed(file).path(), bytes));
      end = bytes == 0 ? end : file.firstBlock() + ErofsMetadata.blocksOf(bytes);
    }
    return end;
  }

  private Packed packed(ErofsNode file) {
    return Objects.requireNonNull(files.get(file));
  }

  /**
   * Readable by all, since functions do not run as root; of a file's mode only its executable bit
   * is kept.
   */
  private ErofsNode node(ArchiveNode archived, String path) {
    return switch (archived) {
      case ArchiveNode.Directory directory -> {
        ErofsNode node = of(ErofsNode.Kind.DIRECTORY, 0755, ErofsSuperblock.EPOCH_SECONDS);
        directory
            .children()
            .forEach((text, child) -> {
              String name = ErofsNode.bytes(text);
              node.children().put(name, node(child, path + "/" + name));
            });
        yield node;
      }
      case ArchiveNode.RegularFile file -> {
        ErofsNode node =
            of(ErofsNode.Kind.FILE, file.executable() ? 0755 : 0644, file.modifiedSeconds());
        files.put(node, new Packed(file, path));
        yield node;
      }
      case ArchiveNode.SymbolicLink link -> {
        ErofsNode node = of(ErofsNode.Kind.SYMBOLIC_LINK, 0777, ErofsSuperblock.EPOCH_SECONDS);
        node.target(ErofsNode.bytes(link.target()));
        yield node;
      }
    };
  }

  private static ErofsNode of(ErofsNode.Kind kind, int mode, long modifiedSeconds) {
    ErofsNode node = new ErofsNode(kind);
    node.access(0, 0, mode);
    node.modified(modifiedSeconds, 0);
    return node;
  }

  private void zeros(long count) throws IOException {
    byte[] zeros = new byte[ErofsMetadata.BLOCK_BYTES];
    for (long left = count; left > 0; left -= zeros.length) {
      out.write(zeros, 0, (int) Math.min(left, zeros.length));
    }
  }
}
