package thaw.cli.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import thaw.cli.UserError;
import tools.jackson.databind.json.JsonMapper;

/**
 * A container image of a given size, in an OCI image layout: files of many sizes, half of whose
 * content can be compressed, in layers of gzip, and a small program that is its entry point.
 */
final class BenchImage {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int LAYERS = 8;
  private static final int SMALL_BYTES = 64 * 1024;
  private static final int LARGE_BYTES = 8 << 20;
  private static final int LARGE_EVERY = 100;
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
  private static final String PROGRAM = "client";

  private final Path directory;
  private final List<Object> layers = new ArrayList<>();
  private final List<String> tars = new ArrayList<>();
  private final Random random;
  private final byte[] pool = new byte[2 * LARGE_BYTES];

  private BenchImage(Path directory, long seed) {
    this.directory = directory;
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
    Files.createDirectories(directory.resolve("blobs/sha256"));
    BenchImage image = new BenchImage(directory, seed);
    for (int layer = 0; layer < LAYERS; layer++) {
      image.addLayer(layer, bytes / LAYERS, layer == 0 ? program(directory) : new byte[0]);
    }
    image.finish();
    return "oci:" + directory;
  }

  private static byte[] program(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve(PROGRAM + ".c");
    Path program = directory.resolve(PROGRAM);
    try (InputStream in = BenchImage.class.getResourceAsStream(PROGRAM + ".c")) {
      Files.copy(Objects.requireNonNull(in), source);
    }
    Process gcc =
        new ProcessBuilder(
                "musl-gcc", "-O2", "-static", "-s", "-o", program.toString(), source.toString())
            .inheritIO()
            .start();
    if (gcc.waitFor() != 0) {
      throw new UserError("the benchmark's program could not be compiled with musl-gcc");
    }
    byte[] content = Files.readAllBytes(program);
    Files.delete(source);
    Files.delete(program);
    return content;
  }

  private void addLayer(int number, long bytes, byte[] program) throws IOException {
    Path blob = directory.resolve("layer");
    MessageDigest kept = sha256();
    MessageDigest plain = sha256();
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(blob), 1 << 20);
        OutputStream gzip =
            new GZIPOutputStream(new DigestOutputStream(file, kept), 1 << 16) {
              {
                def.setLevel(Deflater.BEST_SPEED);
              }
            };
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(
                new DigestOutputStream(gzip, plain), StandardCharsets.UTF_8.name())) {
      if (program.length > 0) {
        put(tar, PROGRAM, program, 0, program.length, 0755);
      }
      long left = bytes;
      for (int i = 0; left > 0; i++) {
        int most = i % LARGE_EVERY == 0 ? LARGE_BYTES : SMALL_BYTES;
        int size = (int) Math.min(left, 1 + random.nextInt(most));
        String name = "data/" + number + "/" + i / LARGE_EVERY + "/file" + i;
        put(tar, name, pool, random.nextInt(pool.length - size), size, 0644);
        left -= size;
      }
    }
    String digest = HexFormat.of().formatHex(kept.digest());
    layers.add(described(LAYER, digest, Files.size(blob)));
    tars.add("sha256:" + HexFormat.of().formatHex(plain.digest()));
    Files.move(blob, directory.resolve("blobs/sha256").resolve(digest));
  }

  private static void put(
      TarArchiveOutputStream tar, String name, byte[] content, int from, int count, int mode)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(count);
    entry.setMode(0100000 | mode);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.write(content, from, count);
    tar.closeArchiveEntry();
  }

  private void finish() throws IOException {
    byte[] config =
        JSON.writeValueAsBytes(
            Map.of(
                "os",
                "linux",
                "architecture",
                "amd64",
                "config",
                Map.of("Entrypoint", List.of("/" + PROGRAM)),
                "rootfs",
                Map.of("type", "layers", "diff_ids", tars)));
    byte[] manifest =
        JSON.writeValueAsBytes(
            Map.of(
                "schemaVersion",
                2,
                "config",
                blob("application/vnd.oci.image.config.v1+json", config),
                "layers",
                layers));
    Object listed = blob("application/vnd.oci.image.manifest.v1+json", manifest);
    Files.write(
        directory.resolve("index.json"),
        JSON.writeValueAsBytes(Map.of("schemaVersion", 2, "manifests", List.of(listed))));
  }

  private Object blob(String type, byte[] content) throws IOException {
    String digest = HexFormat.of().formatHex(sha256().digest(content));
    Files.write(directory.resolve("blobs/sha256").resolve(digest), content);
    return described(type, digest, content.length);
  }

  private static Object described(String type, String digest, long bytes) {
    return Map.of("mediaType", type, "digest", "sha256:" + digest, "size", bytes);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
