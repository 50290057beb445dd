package thaw.sparsefs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file system of a few MiB, to be filled up. */
public record SmallDisk(Path path) implements AutoCloseable {
  /** Mounts it; the directory is made. */
  public static SmallDisk mount(Path directory, int mebibytes) throws IOException {
    Files.createDirectory(directory);
    run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "thaw-test", directory.toString());
    return new SmallDisk(directory);
  }

  /** Fills it to the last byte; returns the file that did. */
  public Path fill() throws IOException {
    Path filler = path.resolve("filler");
    try (FileChannel channel =
        FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (channel.write(ByteBuffer.allocate(4096)) > 0) {}
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
    return filler;
  }

  @Override
  public void close() throws IOException {
    run("umount", "--lazy", path.toString());
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(List.of(command)).inheritIO().start();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("failed: " + List.of(command));
    }
  }
}
