package thaw.images;

import java.util.ArrayList;
import java.util.List;
import thaw.erofs.ContentLayout;

/** Hashes of a disk's chunks, in their order; chunks of zeros are left out. */
final class Chunked implements DiskSink {
  private final byte[] chunk = new byte[ContentLayout.CHUNK_BYTES];
  private final List<Digest> chunks = new ArrayList<>();
  private int filled;
  private boolean zero = true;
  private long bytes;

  List<Digest> chunks() {
    return chunks;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void write(byte[] from, int offset, int count) {
    bytes += count;
    for (int done = 0; done < count; ) {
      int n = Math.min(count - done, chunk.length - filled);
      System.arraycopy(from, offset + done, chunk, filled, n);
      filled += n;
      done += n;
      zero = false;
      endIfFull();
    }
  }

  @Override
  public void writeZeros(long count) {
    bytes += count;
    for (long left = count; left > 0; ) {
      int n = (int) Math.min(left, chunk.length - filled);
      java.util.Arrays.fill(chunk, filled, filled + n, (byte) 0);
      filled += n;
      left -= n;
      endIfFull();
    }
  }

  private void endIfFull() {
    if (filled == chunk.length) {
      if (!zero) {
        chunks.add(Digest.of(chunk));
      }
      filled = 0;
      zero = true;
    }
  }
}
