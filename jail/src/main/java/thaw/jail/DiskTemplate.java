package thaw.jail;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * An empty ext4 for /tmp, kept as what mke2fs wrote and nothing else: a sequence of (offset,
 * length, bytes). Unpacking it is a handful of writes into a sparse file, whatever its size.
 */
public final class DiskTemplate {
  private static final Duration FORMAT_TIMEOUT = Duration.ofMinutes(1);
  private static final int BLOCK_BYTES = 4 << 10;
  private static final int SCAN_BYTES = 1 << 20;
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

  /** In the cache's file names; raise it when what mke2fs is told changes. */
  private static final int VERSION = 1;

  private final Path packed;

  private DiskTemplate(Path packed) {
    this.packed = packed;
  }

  /** The template for a size, made if the cache does not have it. */
  public static DiskTemplate ofSize(int sizeMb, Path cacheDirectory) throws IOException {
    Path directory = Files.createDirectories(cacheDirectory.resolve("disks"));
    Path packed = directory.resolve("tmp-" + sizeMb + "-v" + VERSION);
    if (!Files.exists(packed)) {
      Path work = Files.createTempDirectory(directory, ".format");
      try {
        Path disk = work.resolve("disk");
        format(disk, sizeMb);
        Path made = work.resolve("packed");
        pack(disk, headBytes(sizeMb), made);
        check(made, work.resolve("check"), sizeMb);
        Files.move(made, packed, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Trees.delete(work);
      }
    }
    return new DiskTemplate(packed);
  }

  /** Makes a sparse file with the file system at its start. */
  public void unpack(Path file, long fileBytes) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(packed));
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (all.hasRemaining()) {
        long offset = all.getLong();
        ByteBuffer run = all.slice(all.position() + Integer.BYTES, all.getInt(all.position()));
        all.position(all.position() + Integer.BYTES + run.remaining());
        writeFully(out, run, offset);
      }
    }
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(Math.max(made.length(), fileBytes));
    }
  }

  /** The same as pages; all others are zero. */
  public TemplatePages pages() throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(packed));
    TemplatePages pages = new TemplatePages();
    while (all.hasRemaining()) {
      long offset = all.getLong();
      byte[] run = new byte[all.getInt()];
      all.get(run);
      pages.add(offset, run);
    }
    return pages;
  }

  private static void format(Path disk, int sizeMb) throws IOException {
    // No journal: the disk dies with its sandbox. No reserved blocks: all of it is the function's.
    // Metadata together at the start, inode tables left unwritten, no backups: a template is small
    // and quickly found.
    Command.run(
        FORMAT_TIMEOUT,
        List.of(
            "mke2fs",
            "-q",
            "-F",
            "-t",
            "ext4",
            "-O",
            "^has_journal,^resize_inode,sparse_super2",
            "-E",
            "lazy_itable_init=1,nodiscard,packed_meta_blocks=1,num_backup_sb=0",
            "-m",
            "0",
            disk.toString(),
            sizeMb + "M"));
    edit(disk, "rmdir lost+found");
    edit(disk, "set_inode_field / mode 041777");
  }

  private static void edit(Path disk, String request) throws IOException {
    Command.run(FORMAT_TIMEOUT, List.of("debugfs", "-w", "-R", request, disk.toString()));
  }

  /** Inode tables take a 64th of a disk, bitmaps and descriptors far less: all is in here. */
  private static long headBytes(int sizeMb) {
    return (64L + sizeMb / 32) << 20;
  }

  /** Whether a disk that is unpacked again is whole: nothing lay beyond what was packed. */
  private static void check(Path packed, Path disk, int sizeMb) throws IOException {
    new DiskTemplate(packed).unpack(disk, (long) sizeMb << 20);
    Command.run(FORMAT_TIMEOUT, List.of("e2fsck", "-f", "-n", disk.toString()));
  }

  private static void pack(Path disk, long headBytes, Path packed) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK_BYTES);
    ByteBuffer window = ByteBuffer.allocateDirect(SCAN_BYTES);
    try (FileChannel in = FileChannel.open(disk);
        FileChannel out =
            FileChannel.open(packed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < Math.min(in.size(), headBytes); at += SCAN_BYTES) {
        window.clear();
        while (window.hasRemaining() && in.read(window, at + window.position()) >= 0) {
          // Until the window is full or the file ends.
        }
        window.flip();
        packWindow(window, at, zeros, out);
      }
      out.force(true);
    }
  }

  private static void packWindow(ByteBuffer window, long at, ByteBuffer zeros, FileChannel out)
      throws IOException {
    int bytes = window.limit();
    int start = 0;
    while (start < bytes) {
      int end = start;
      while (end < bytes && !isZero(window, end, zeros)) {
        end += BLOCK_BYTES;
      }
      end = Math.min(end, bytes);
      if (end > start) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(at + start).putInt(end - start).flip();
        writeFully(out, header, out.size());
        writeFully(out, window.slice(start, end - start), out.size());
      }
      start = end + BLOCK_BYTES;
    }
  }

  private static boolean isZero(ByteBuffer window, int at, ByteBuffer zeros) {
    int length = Math.min(BLOCK_BYTES, window.limit() - at);
    return window.slice(at, length).equals(zeros.slice(0, length));
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes, long offset)
      throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += out.write(bytes, at);
    }
  }
}
