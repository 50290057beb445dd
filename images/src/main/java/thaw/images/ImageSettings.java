package thaw.images;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Where container images come from, and what they may be. */
public record ImageSettings(
    @Doc(
            "Whether functions may be made of images in files of this machine: oci:/directory and"
                + " docker-archive:/file. Whoever may create functions may then have Thaw read such"
                + " files.")
        @Default("true")
        boolean localSources,
    @Doc(
            "Registries that are asked instead of others, and these only if that fails, for example"
                + " { \"docker.io\": \"https://mirror.example\" }.")
        @Default("{}")
        Map<String, String> mirrors,
    @Doc("Registries that are spoken to without TLS; those on loopback always are.") @Default("[]")
        List<String> insecureRegistries,
    @Doc("Docker's config.json, whose auths are the credentials for registries.")
        Optional<Path> dockerConfig,
    @Doc("Largest image, all layers unpacked; 10 GiB is AWS's limit.")
        @Default("10GiB")
        @Range(min = "1MiB", max = "10GiB")
        DataSize largest,
    @Doc("Most files, directories and links of all layers together.")
        @Default("500000")
        @Range(min = "1000", max = "2000000")
        int maxFiles,
    @Doc("How many images are taken in at once.") @Default("2") @Range(min = "1", max = "16")
        int atOnce,
    @Doc("How long a registry may take to accept a connection, and to answer.")
        @Default("20s")
        @Range(min = "100ms", max = "10m")
        Duration answerTimeout,
    @Doc("How long a registry may be silent in the middle of a layer.")
        @Default("30s")
        @Range(min = "100ms", max = "10m")
        Duration stallTimeout,
    @Doc("How often a registry is asked for one thing before it is given up.")
        @Default("4")
        @Range(min = "1", max = "20")
        int attempts) {
  public ImageSettings {
    mirrors = Map.copyOf(mirrors);
    insecureRegistries = List.copyOf(insecureRegistries);
  }

  /** The defaults, for tests and tools. */
  public static ImageSettings defaults() {
    return new ImageSettings(
        true,
        Map.of(),
        List.of(),
        Optional.empty(),
        DataSize.ofMebibytes(10L << 10),
        500_000,
        2,
        Duration.ofSeconds(20),
        Duration.ofSeconds(30),
        4);
  }
}
