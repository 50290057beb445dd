package thaw.images;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream over another that is read by many bytes at once; a single byte is a block of one. */
abstract class BlockFilter extends FilterInputStream {
  BlockFilter(InputStream in) {
    super(in);
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    return in.read(buffer, offset, count);
  }
}
