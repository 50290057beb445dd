package thaw.cli.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * What taking in an image cannot be faster than on this machine, bytes a second.
 *
 * @param inflate of what comes out
 */
record ImageRates(double inflate, double sha256, double disk) {
  private static final int BYTES = 64 << 20;
  private static final int DISK_ROUNDS = 8;

  /** Measures them; the first round of each does not count. */
  static ImageRates measure(Path directory) throws IOException {
    byte[] content = new byte[BYTES];
    new Random(1).nextBytes(content);
    for (int i = 0; i < BYTES; i += 64) {
      java.util.Arrays.fill(content, i, i + 32, (byte) 'x');
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    byte[] compressed = packed.toByteArray();
    inflated(compressed);
    double inflate = BYTES / inflated(compressed);
    hashed(content);
    double sha256 = BYTES / hashed(content);
    return new ImageRates(
        inflate, sha256, (double) DISK_ROUNDS * BYTES / written(directory, content));
  }

  /** The slowest of inflating, hashing twice, and writing. */
  double bound() {
    return Math.min(inflate, Math.min(sha256 / 2, disk));
  }

  private static double inflated(byte[] compressed) throws IOException {
    long begin = System.nanoTime();
    byte[] buffer = new byte[1 << 17];
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed), 1 << 17)) {
      while (in.read(buffer) >= 0) {
        // nowhere
      }
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private static double hashed(byte[] content) {
    long begin = System.nanoTime();
    MessageDigest digest = StreamedLayout.sha256();
    digest.update(content);
    digest.digest();
    return (System.nanoTime() - begin) / 1e9;
  }

  private static double written(Path directory, byte[] content) throws IOException {
    Path file = directory.resolve("written");
    long begin = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int round = 0; round < DISK_ROUNDS; round++) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      channel.force(true);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Files.delete(file);
    return seconds;
  }

  void addTo(ObjectNode node) {
    node.put("inflateBytesPerSecond", Math.round(inflate));
    node.put("sha256BytesPerSecond", Math.round(sha256));
    node.put("diskBytesPerSecond", Math.round(disk));
  }
}
