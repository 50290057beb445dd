package thaw.cli.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
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
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes an <a href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md">OCI
 * image layout</a> of one image whose layers need not fit into memory.
 */
public final class StreamedLayout {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int REGULAR_FILE = 0100000;

  private final Path directory;
  private final List<Object> layers = new ArrayList<>();
  private final List<String> tars = new ArrayList<>();

  /** How an archive is kept. */
  @FunctionalInterface
  public interface Packing {
    /** Packs what is written to the result; it is closed in the end. */
    OutputStream into(OutputStream kept) throws IOException;
  }

  /** What is in a layer. */
  @FunctionalInterface
  public interface Content {
    void writeTo(TarArchiveOutputStream tar) throws IOException;
  }

  /**
   * Begins one.
   *
   * @param directory is made
   */
  public StreamedLayout(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(blobs());
  }

  /**
   * Begins another one, of an image that has the layers so far.
   *
   * @param other is made, on the same file system
   */
  StreamedLayout over(Path other) throws IOException {
    StreamedLayout layout = new StreamedLayout(other);
    layout.layers.addAll(layers);
    layout.tars.addAll(tars);
    try (Stream<Path> files = Files.list(blobs())) {
      for (Path blob : files.toList()) {
        Files.createLink(layout.blobs().resolve(blob.getFileName()), blob);
      }
    }
    return layout;
  }

  /** Adds a layer over those before. */
  public void layer(String mediaType, Packing packing, Content content) throws IOException {
    Path blob = directory.resolve("layer");
    MessageDigest kept = sha256();
    MessageDigest plain = sha256();
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(blob), BUFFER_BYTES);
        OutputStream packed = packing.into(new DigestOutputStream(file, kept));
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(
                new DigestOutputStream(packed, plain), StandardCharsets.UTF_8.name())) {
      content.writeTo(tar);
    }
    String digest = HexFormat.of().formatHex(kept.digest());
    layers.add(described(mediaType, digest, Files.size(blob)));
    tars.add("sha256:" + HexFormat.of().formatHex(plain.digest()));
    Files.move(blob, blobs().resolve(digest));
  }

  /** The quickest gzip. */
  public static OutputStream gzip(OutputStream kept) throws IOException {
    return new GZIPOutputStream(kept, 1 << 16) {
      {
        def.setLevel(Deflater.BEST_SPEED);
      }
    };
  }

  /** Adds a regular file to a layer. */
  public static void put(
      TarArchiveOutputStream tar, String name, byte[] content, int from, int count, int mode)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(count);
    entry.setMode(REGULAR_FILE | mode);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.write(content, from, count);
    tar.closeArchiveEntry();
  }

  /**
   * Ends it.
   *
   * @param entryPoint the program's path in the image
   * @return what names the image, as an ImageUri
   */
  public String finish(String entryPoint) throws IOException {
    Map<String, Object> config =
        Map.of(
            "os",
            "linux",
            "architecture",
            "amd64",
            "config",
            Map.of("Entrypoint", List.of(entryPoint)),
            "rootfs",
            Map.of("type", "layers", "diff_ids", tars));
    Map<String, Object> manifest =
        Map.of(
            "schemaVersion",
            2,
            "config",
            blob("application/vnd.oci.image.config.v1+json", config),
            "layers",
            layers);
    Object listed = blob("application/vnd.oci.image.manifest.v1+json", manifest);
    Files.write(
        directory.resolve("index.json"),
        JSON.writeValueAsBytes(Map.of("schemaVersion", 2, "manifests", List.of(listed))));
    return "oci:" + directory;
  }

  private Object blob(String mediaType, Map<String, Object> document) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(document);
    String digest = HexFormat.of().formatHex(sha256().digest(bytes));
    Files.write(blobs().resolve(digest), bytes);
    return described(mediaType, digest, bytes.length);
  }

  private Path blobs() {
    return directory.resolve("blobs/sha256");
  }

  private static Object described(String mediaType, String digest, long bytes) {
    return Map.of("mediaType", mediaType, "digest", "sha256:" + digest, "size", bytes);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
