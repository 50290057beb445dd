package thaw.guest;

import java.util.Arrays;

/**
 * Decompresses LZ4's legacy frame, in which Debian's kernels are packed: a magic number, then
 * blocks of at most 8 MiB, each with its compressed size before it (lz4_Frame_format.md, "Legacy
 * frame", and lz4_Block_format.md).
 */
final class Lz4Legacy {
  private static final int MAGIC = 0x184C2102;
  private static final int MIN_MATCH = 4;

  private final byte[] in;
  private final byte[] out;
  private int from;
  private int to;

  private Lz4Legacy(byte[] in, int outBytes) {
    this.in = in;
    this.out = new byte[outBytes];
  }

  static boolean matches(byte[] packed) {
    return packed.length > 8 && LittleEndian.int32(packed, 0) == MAGIC;
  }

  /**
   * @param outBytes size of the decompressed whole
   * @throws GuestBuildException if it is damaged or of another size
   */
  static byte[] decompress(byte[] packed, int outBytes) {
    Lz4Legacy decoder = new Lz4Legacy(packed, outBytes);
    try {
      decoder.from = Integer.BYTES;
      while (decoder.to < outBytes) {
        int blockBytes = LittleEndian.int32(packed, decoder.from);
        decoder.from += Integer.BYTES;
        decoder.block(decoder.from + blockBytes);
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new GuestBuildException("The kernel's LZ4 data is damaged at byte " + decoder.from, e);
    }
    return decoder.out;
  }

  private void block(int end) {
    while (from < end) {
      int token = in[from++] & 0xff;
      int literals = length(token >>> 4);
      System.arraycopy(in, from, out, to, literals);
      from += literals;
      to += literals;
      if (from >= end) {
        return;
      }
      int distance = (in[from] & 0xff) | (in[from + 1] & 0xff) << 8;
      from += 2;
      copyMatch(distance, length(token & 0xf) + MIN_MATCH);
    }
  }

  private int length(int start) {
    int length = start;
    if (start == 15) {
      int more;
      do {
        more = in[from++] & 0xff;
        length += more;
      } while (more == 255);
    }
    return length;
  }

  private void copyMatch(int distance, int length) {
    int source = to - distance;
    if (distance == 1) {
      Arrays.fill(out, to, to + length, out[source]);
    } else if (distance >= length) {
      System.arraycopy(out, source, out, to, length);
    } else {
      for (int i = 0; i < length; i++) {
        out[to + i] = out[source + i];
      }
    }
    to += length;
  }
}
