package thaw.code;

import java.io.IOException;
import java.io.OutputStream;
import java.util.IdentityHashMap;
import java.util.Objects;
import thaw.erofs.ErofsMetadata;
import thaw.erofs.ErofsNode;
import thaw.erofs.ErofsSuperblock;

/**
 * Writes checked archives as a read-only erofs file system, uncompressed, straight from the zip:
 * nothing a stranger named is ever created on the host's own file system, and equal archives give
 * equal bytes. ({@code mkfs.erofs} would need the archive unpacked first.) The superblock comes
 * first, then the metadata, then the content of files, each from a block of its own on.
 */
final class ErofsImage {
  private static final long METADATA_BLOCK = 1;

  private final Archives archives;
  private final IdentityHashMap<ErofsNode, ArchiveNode.RegularFile> files = new IdentityHashMap<>();
  private final OutputStream out;

  private ErofsImage(Archives archives, OutputStream out) {
    this.archives = archives;
    this.out = out;
  }

  /** Writes the image from its first byte to its last; answers how many they are. */
  static long write(Archives archives, OutputStream out) throws IOException {
    return new ErofsImage(archives, out).write() * ErofsMetadata.BLOCK_BYTES;
  }

  private long write() throws IOException {
    ErofsMetadata metadata = new ErofsMetadata(node(archives.root()), METADATA_BLOCK);
    long next = METADATA_BLOCK + metadata.blocks();
    for (ErofsNode file : metadata.files()) {
      long bytes = archived(file).sizeBytes();
      file.content(bytes, next);
      next += ErofsMetadata.blocksOf(bytes);
    }
    out.write(ErofsSuperblock.encode(METADATA_BLOCK, next, metadata.inodes(), "thaw-code"));
    metadata.writeTo(out);
    for (ErofsNode file : metadata.files()) {
      archives.inflate(
          archived(file), file.sizeBytes(), (buffer, length) -> out.write(buffer, 0, length));
      pad(file.sizeBytes());
    }
    return next;
  }

  private ArchiveNode.RegularFile archived(ErofsNode file) {
    return Objects.requireNonNull(files.get(file));
  }

  /**
   * Readable by all, since functions do not run as root; of a file's mode only its executable bit
   * is kept.
   */
  private ErofsNode node(ArchiveNode archived) {
    return switch (archived) {
      case ArchiveNode.Directory directory -> {
        ErofsNode node = of(ErofsNode.Kind.DIRECTORY, 0755, ErofsSuperblock.EPOCH_SECONDS);
        directory
            .children()
            .forEach((name, child) -> node.children().put(ErofsNode.bytes(name), node(child)));
        yield node;
      }
      case ArchiveNode.RegularFile file -> {
        ErofsNode node =
            of(ErofsNode.Kind.FILE, file.executable() ? 0755 : 0644, file.modifiedSeconds());
        files.put(node, file);
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

  private void pad(long contentBytes) throws IOException {
    long tail = contentBytes % ErofsMetadata.BLOCK_BYTES;
    if (tail != 0) {
      out.write(new byte[(int) (ErofsMetadata.BLOCK_BYTES - tail)]);
    }
  }
}
