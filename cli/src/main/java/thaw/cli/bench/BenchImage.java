package thaw.cli.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;

/**
 * A container image of a given size, in an OCI image layout: files of many sizes, half of whose
 * content can be compressed, in layers of gzip, and a small program that is its entry point.
 */
final class BenchImage {
  private static final int LAYERS = 8;
  private static final int SMALL_BYTES = 64 * 1024;
  private static final int LARGE_BYTES = 8 << 20;
  private static final int LARGE_EVERY = 100;
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
  private static final String PROGRAM = "client";

  private final StreamedLayout layout;
  private final Random random;
  private final byte[] pool = new byte[2 * LARGE_BYTES];

  private BenchImage(StreamedLayout layout, long seed) {
    this.layout = layout;
    this.random = new Random(seed);
    random.nextBytes(pool);
    for (int i = 0; i < pool.length; i += 64) {
      java.util.Arrays.fill(pool, i, i + 32, (byte) 'x');
    }
  }

  /**
   * Makes one.
   *
   * @param directory is made
   * @param bytes of all files together
   * @return what names it
   */
  static String make(Path directory, long bytes, long seed)
      throws IOException, InterruptedException {
    StreamedLayout layout = new StreamedLayout(directory);
    BenchImage image = new BenchImage(layout, seed);
    for (int layer = 0; layer < LAYERS; layer++) {
      image.addLayer(layer, bytes / LAYERS, layer == 0 ? program(directory) : new byte[0]);
    }
    return layout.finish("/" + PROGRAM);
  }

  private static byte[] program(Path directory) throws IOException, InterruptedException {
    try (InputStream source = BenchImage.class.getResourceAsStream(PROGRAM + ".c")) {
      return RuntimeProgram.compile(directory, Objects.requireNonNull(source));
    }
  }

  private void addLayer(int number, long bytes, byte[] program) throws IOException {
    layout.layer(
        LAYER,
        StreamedLayout::gzip,
        tar -> {
          if (program.length > 0) {
            StreamedLayout.put(tar, PROGRAM, program, 0, program.length, 0755);
          }
          long left = bytes;
          for (int i = 0; left > 0; i++) {
            int most = i % LARGE_EVERY == 0 ? LARGE_BYTES : SMALL_BYTES;
            int size = (int) Math.min(left, 1 + random.nextInt(most));
            String name = "data/" + number + "/" + i / LARGE_EVERY + "/file" + i;
            StreamedLayout.put(tar, name, pool, random.nextInt(pool.length - size), size, 0644);
            left -= size;
          }
        });
  }
}
