package thaw.images;

import java.io.IOException;

/** Takes a disk from its first byte to its last. */
public interface DiskSink {
  void write(byte[] bytes, int offset, int count) throws IOException;

  /** The same of zeros, which need not take any space. */
  void writeZeros(long count) throws IOException;
}
