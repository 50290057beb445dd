package thaw.images;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** A disk in a sparse file. */
final class DiskFile implements DiskSink, AutoCloseable {
  private final RandomAccessFile file;
  private long position;

  DiskFile(Path path) throws IOException {
    file = new RandomAccessFile(path.toFile(), "rw");
    file.setLength(0);
  }

  void restart() throws IOException {
    file.setLength(0);
    position = 0;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    file.seek(position);
    file.write(bytes, offset, count);
    position += count;
  }

  @Override
  public void writeZeros(long count) throws IOException {
    position += count;
    file.setLength(position);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
