package thaw.images;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * A layer as a tar archive, whatever it was compressed by: its first bytes tell. Everything that
 * was read is hashed on the way, and {@link #verify} compares; until then none of it is to be
 * believed.
 */
final class VerifiedLayer implements Flattener.LayerStream {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int MAGIC_BYTES = 4;

  private final ResolvedImage.Layer layer;
  private final MessageDigest digest = Digest.algorithm();
  private final Counted kept;
  private final InputStream ahead;
  private final InputStream tar;

  /**
   * Opens it.
   *
   * @param raw the bytes as they are kept; closed with this
   * @param tarBytesLeft of all layers; less than 0 is too much
   */
  static VerifiedLayer open(ResolvedImage.Layer layer, InputStream raw, AtomicLong tarBytesLeft)
      throws IOException {
    try {
      return new VerifiedLayer(layer, raw, tarBytesLeft);
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  private VerifiedLayer(ResolvedImage.Layer layer, InputStream raw, AtomicLong tarBytesLeft)
      throws IOException {
    this.layer = layer;
    this.kept = new Counted(raw, layer.bytes());
    this.ahead = new ReadAhead(layer.ofTar() ? kept : new DigestInputStream(kept, digest));
    InputStream plain = uncompressed(ahead);
    this.tar =
        new Budget(layer.ofTar() ? new DigestInputStream(plain, digest) : plain, tarBytesLeft);
  }

  private static InputStream uncompressed(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
    buffered.mark(MAGIC_BYTES);
    byte[] magic = buffered.readNBytes(MAGIC_BYTES);
    buffered.reset();
    if (starts(magic, 0x1f, 0x8b)) {
      return new Decompressed(
          GzipCompressorInputStream.builder()
              .setInputStream(buffered)
              .setDecompressConcatenated(true)
              .setBufferSize(BUFFER_BYTES)
              .get());
    }
    if (starts(magic, 0x28, 0xb5, 0x2f, 0xfd)) {
      return new Decompressed(new ZstdInputStream(buffered));
    }
    return buffered;
  }

  private static boolean starts(byte[] magic, int... wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (magic.length <= i || (magic[i] & 0xff) != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public InputStream tar() {
    return tar;
  }

  @Override
  public void verify() throws IOException {
    byte[] rest = new byte[BUFFER_BYTES];
    while (tar.read(rest) >= 0) {
      // What follows the archive's end is part of what was hashed.
    }
    while (ahead.read(rest) >= 0) {
      // And what follows what was compressed.
    }
    if (kept.count() != layer.bytes() || !Digest.ofHash(digest).equals(layer.digest())) {
      throw ImageException.invalid(
          "a layer of the image is not what its digest says: " + layer.digest());
    }
  }

  @Override
  public void close() throws IOException {
    ahead.close();
  }

  /** Counts, and reads no more than there is to be. */
  private static final class Counted extends BlockFilter {
    private final long most;
    private volatile long count;

    Counted(InputStream in, long most) {
      super(in);
      this.most = most;
    }

    long count() {
      return count;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      count += Math.max(n, 0);
      if (count > most) {
        throw ImageException.invalid("a layer of the image is larger than its manifest says");
      }
      return n;
    }
  }

  /** Whatever a decompressor stumbles over, the layer is to blame. */
  private static final class Decompressed extends BlockFilter {
    Decompressed(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (ImageException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        if (e.getCause() instanceof IOException read) {
          throw read; // what is kept could not be had
        }
        throw new ImageException(
            ImageException.Cause.INVALID, "a layer of the image cannot be decompressed", e);
      }
    }
  }

  /** Bounds what comes out of all layers. */
  private static final class Budget extends BlockFilter {
    private final AtomicLong left;

    Budget(InputStream in, AtomicLong left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      if (n > 0 && left.addAndGet(-n) < 0) {
        throw ImageException.invalid("the image is larger, unpacked, than an image may be");
      }
      return n;
    }

    /** Reads, since what is skipped is hashed too. */
    @Override
    public long skip(long count) throws IOException {
      return readNBytes(
          new byte[(int) Math.min(count, BUFFER_BYTES)], 0, (int) Math.min(count, BUFFER_BYTES));
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
