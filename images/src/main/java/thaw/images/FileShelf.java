package thaw.images;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Disks in sparse files, for a driver that mounts files. Beside each stands a note, written last:
 * what has none is unfinished.
 */
final class FileShelf implements DiskShelf {
  private static final String DISK = ".erofs";
  private static final String NOTE = ".sum";

  private final Path disks;
  private final Path temporary;

  /** Opens it in a directory, which is made if it is missing and belongs to it alone. */
  FileShelf(Path directory) throws IOException {
    Files.createDirectories(directory);
    this.temporary = own(directory.resolve("tmp"), "rwx------");
    // Sandboxes run under other users, and open a disk whose name they were given.
    this.disks = own(directory.resolve("disk"), "rwx--x--x");
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(temporary)) {
      for (Path file : unfinished) {
        Files.delete(file);
      }
    }
  }

  private static Path own(Path directory, String permissions) throws IOException {
    Files.createDirectories(directory);
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
  }

  /** The file of a disk that is there. */
  Path file(String name) {
    return disks.resolve(name + DISK);
  }

  private Path note(String name) {
    return disks.resolve(name + NOTE);
  }

  @Override
  public boolean has(String name) throws IOException {
    return Files.exists(note(name))
        && Files.exists(file(name))
        && Files.size(file(name)) == Flattener.DISK_BYTES
        && Files.readString(note(name)).startsWith(Flattener.LAYOUT + " ");
  }

  @Override
  public void put(String name, String origin, Writer writer) throws IOException {
    remove(name);
    Path unfinished = temporary.resolve(UUID.randomUUID().toString());
    try {
      try (RandomAccessFile file = new RandomAccessFile(unfinished.toFile(), "rw")) {
        file.setLength(Flattener.DISK_BYTES);
        Sparse sparse = new Sparse(file);
        writer.writeTo(sparse);
        sparse.flush();
        file.getChannel().force(true);
      }
      Files.move(unfinished, file(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    sync();
    String text = Flattener.LAYOUT + " " + origin + "\n";
    try (FileChannel channel =
        FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(unfinished, note(name), StandardCopyOption.ATOMIC_MOVE);
    sync();
  }

  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(disks, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Set<String> names() throws IOException {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(disks, "*" + DISK)) {
      for (Path file : files) {
        String fileName = String.valueOf(file.getFileName());
        names.add(fileName.substring(0, fileName.length() - DISK.length()));
      }
    }
    return names;
  }

  @Override
  public void remove(String name) throws IOException {
    Files.deleteIfExists(note(name));
    Files.deleteIfExists(file(name));
  }

  /** A file in which zeros are holes. */
  private static final class Sparse implements DiskSink {
    private static final int BUFFER_BYTES = 1 << 20;

    private final RandomAccessFile file;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long position;

    Sparse(RandomAccessFile file) {
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      for (int done = 0; done < count; ) {
        int n = Math.min(count - done, buffer.length - buffered);
        System.arraycopy(bytes, offset + done, buffer, buffered, n);
        buffered += n;
        done += n;
        if (buffered == buffer.length) {
          flush();
        }
      }
    }

    @Override
    public void writeZeros(long count) throws IOException {
      flush();
      position += count;
    }

    void flush() throws IOException {
      file.seek(position);
      file.write(buffer, 0, buffered);
      position += buffered;
      buffered = 0;
    }
  }
}
