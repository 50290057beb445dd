package thaw.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Writes OCI image layouts by hand. */
final class Layout {
  static final String TAR = "application/vnd.oci.image.layer.v1.tar";

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path directory;
  private final List<Object> listed = new ArrayList<>();

  Layout(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("blobs/sha256"));
    Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  Digest blob(byte[] content) throws IOException {
    Digest digest = Digest.of(content);
    Files.write(directory.resolve("blobs/sha256").resolve(digest.hex()), content);
    return digest;
  }

  private Map<String, Object> described(String type, byte[] content) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mediaType", type);
    map.put("digest", blob(content).toString());
    map.put("size", content.length);
    return map;
  }

  /** Adds an image of uncompressed archives; the lowest first. */
  Digest image(String tag, List<byte[]> tars, Map<String, Object> config) throws IOException {
    return image(tag, tars, tars, TAR, config);
  }

  /**
   * Adds an image.
   *
   * @param kept the archives as they are kept
   */
  Digest image(
      String tag, List<byte[]> tars, List<byte[]> kept, String type, Map<String, Object> config)
      throws IOException {
    byte[] document =
        JSON.writeValueAsBytes(
            Map.of(
                "os",
                "linux",
                "architecture",
                "amd64",
                "config",
                config,
                "rootfs",
                Map.of(
                    "type",
                    "layers",
                    "diff_ids",
                    tars.stream().map(tar -> Digest.of(tar).toString()).toList())));
    List<Object> layers = new ArrayList<>();
    for (byte[] layer : kept) {
      layers.add(described(type, layer));
    }
    byte[] manifest =
        JSON.writeValueAsBytes(
            Map.of(
                "schemaVersion",
                2,
                "mediaType",
                OciJson.MANIFEST,
                "config",
                described("application/vnd.oci.image.config.v1+json", document),
                "layers",
                layers));
    Map<String, Object> entry = described(OciJson.MANIFEST, manifest);
    entry.put("annotations", Map.of("org.opencontainers.image.ref.name", tag));
    list(entry);
    return Digest.of(manifest);
  }

  void list(Map<String, Object> entry) throws IOException {
    listed.add(entry);
    Files.write(
        directory.resolve("index.json"),
        JSON.writeValueAsBytes(Map.of("schemaVersion", 2, "manifests", listed)));
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
