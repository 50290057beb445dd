package thaw.e2e;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import thaw.cli.bench.RuntimeProgram;
import thaw.cli.bench.StreamedLayout;

/**
 * A container image as large as one wants, out of a seed: files of all sizes in several layers,
 * plain and compressed, of which the upper ones replace and remove files of the lower ones. Its
 * program, {@code checker.c}, reads every file that is left.
 */
final class LargeImage {
  private static final int LAYERS = 6;

  /** The directories below {@code /data}, each of which the program reads in an invocation. */
  static final int PARTS = 37;

  private static final int BLOCK_BYTES = 512;

  /** What the end of an archive and the image's program take at most. */
  private static final int RESERVE_BYTES = 128 * 1024;

  /** Nine files of ten have up to 64 KiB, the others up to 64 MiB; half of each are tiny. */
  private static final int SMALL_BITS = 16;

  private static final int LARGE_BITS = 26;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Path directory;
  private final StreamedLayout layout;
  private final Random random;
  private final byte[] content = new byte[1 << LARGE_BITS];
  private final TreeMap<String, FileHash> files = new TreeMap<>();

  private record FileHash(long bytes, long hash) {}

  /**
   * What stands in it.
   *
   * @param digest the sum of the parts', as the image's program makes them
   */
  record Made(String uri, long files, long bytes, long digest) {}

  private LargeImage(Path directory, long seed) throws IOException {
    this.directory = directory;
    this.layout = new StreamedLayout(directory);
    this.random = new Random(seed);
  }

  /**
   * Makes one.
   *
   * @param directory is made
   * @param tarBytes what its layers take, unpacked; a little less
   */
  static Made make(Path directory, long tarBytes, long seed) throws Exception {
    LargeImage image = new LargeImage(directory, seed);
    for (int layer = 0; layer < LAYERS; layer++) {
      image.addLayer(layer, tarBytes / LAYERS);
    }
    String uri = image.layout.finish("/checker");
    long bytes = 0;
    long digest = 0;
    for (FileHash file : image.files.values()) {
      bytes += file.bytes;
      digest += file.hash ^ file.bytes;
    }
    return new Made(uri, image.files.size(), bytes, digest);
  }

  private void addLayer(int number, long tarBytes) throws Exception {
    byte[] program = number == 0 ? program() : new byte[0];
    layout.layer(
        "application/vnd.oci.image.layer.v1.tar",
        out -> packed(number, out),
        tar -> {
          if (number == 0) {
            StreamedLayout.put(tar, "checker", program, 0, program.length, 0755);
          }
          addFiles(tar, number, tarBytes - RESERVE_BYTES);
        });
  }

  private void addFiles(TarArchiveOutputStream tar, int layer, long tarBytes) throws IOException {
    List<String> lower = List.copyOf(files.keySet());
    Set<String> touched = new HashSet<>();
    long left = tarBytes;
    for (int i = 0; left > 2 * BLOCK_BYTES; i++) {
      boolean again = !lower.isEmpty() && random.nextInt(20) == 0;
      String path =
          again
              ? lower.get(random.nextInt(lower.size()))
              : "/data/" + i % PARTS + "/" + layer + "-" + i % 1001 + "/file" + i;
      if (!touched.add(path)) {
        continue;
      }
      left -= BLOCK_BYTES;
      if (again && random.nextBoolean()) {
        int name = path.lastIndexOf('/') + 1;
        StreamedLayout.put(
            tar, path.substring(1, name) + ".wh." + path.substring(name), content, 0, 0, 0644);
        files.remove(path);
        continue;
      }
      int bits = random.nextInt(random.nextInt(10) == 0 ? LARGE_BITS : SMALL_BITS);
      int bytes = (int) Math.min(left - BLOCK_BYTES, random.nextInt(1, 2 << bits));
      fill(bytes);
      StreamedLayout.put(tar, path.substring(1), content, 0, bytes, 0644);
      files.put(path, new FileHash(bytes, hashed(hashed(0, path), bytes)));
      left -= Math.ceilDiv(bytes, BLOCK_BYTES) * (long) BLOCK_BYTES;
    }
  }

  private static OutputStream packed(int layer, OutputStream out) throws IOException {
    return switch (layer % 3) {
      case 0 -> out;
      case 1 -> new ZstdOutputStream(out);
      default -> StreamedLayout.gzip(out);
    };
  }

  /** Every other line of 64 bytes can be compressed. */
  private void fill(int bytes) {
    long word = random.nextLong() | 1;
    for (int at = 0; at < bytes; at += Long.BYTES) {
      word ^= word << 13;
      word ^= word >>> 7;
      word ^= word << 17;
      WORDS.set(
          content, at, (at & 64) == 0 ? word : (word & 0x0101010101010101L) | 0x6060606060606060L);
    }
  }

  private static long hashed(long hash, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] words = Arrays.copyOf(bytes, Math.ceilDiv(bytes.length, Long.BYTES) * Long.BYTES);
    return hashed(hash, words, words.length);
  }

  private long hashed(long hash, int bytes) {
    int words = Math.ceilDiv(bytes, Long.BYTES) * Long.BYTES;
    Arrays.fill(content, bytes, words, (byte) 0);
    return hashed(hash, content, words);
  }

  private static long hashed(long hash, byte[] words, int bytes) {
    long mixed = hash;
    for (int at = 0; at < bytes; at += Long.BYTES) {
      mixed = (mixed ^ (long) WORDS.get(words, at)) * 0x9E3779B97F4A7C15L;
      mixed ^= mixed >>> 32;
    }
    return mixed;
  }

  private byte[] program() throws Exception {
    try (InputStream source = LargeImage.class.getResourceAsStream("/images/checker.c")) {
      return RuntimeProgram.compile(directory, Objects.requireNonNull(source));
    }
  }
}
