package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.chunks.Hash;
import thaw.chunks.ManifestIndex;
import thaw.chunks.ManifestIndex.Entry;
import thaw.chunks.ManifestIndex.Kind;

final class ManifestTableTest {
  private static final Hash ONE = Hash.of("one".getBytes(StandardCharsets.US_ASCII));
  private static final Hash TWO = Hash.of("two".getBytes(StandardCharsets.US_ASCII));

  @TempDir Path path;

  @Test
  void whatStandsInItIsLiveAndSurvives() throws IOException {
    try (DataDirectory directory = DataDirectory.open(path)) {
      try (ConfigurationDatabase database =
          ConfigurationDatabase.open(directory, ConfigurationSettings.defaults())) {
        ManifestIndex index = database.manifests();
        index.put(Kind.DISK, "a", new Entry(ONE, "erofs 1"));
        index.put(Kind.SNAPSHOT_LAYER, "a", new Entry(ONE, "{}"));
        index.put(Kind.SNAPSHOT_LAYER, "a", new Entry(TWO, "{\"x\":1}"));
        assertThat(index.read()).containsExactlyInAnyOrder(ONE, TWO);
      }
      try (ConfigurationDatabase again =
          ConfigurationDatabase.besides(path, ConfigurationSettings.defaults())) {
        ManifestIndex index = again.manifests();
        assertThat(index.find(Kind.SNAPSHOT_LAYER, "a")).contains(new Entry(TWO, "{\"x\":1}"));
        assertThat(index.all(Kind.DISK)).containsOnlyKeys("a");

        index.remove(Kind.SNAPSHOT_LAYER, "a");
        index.remove(Kind.SNAPSHOT_LAYER, "a");

        assertThat(index.find(Kind.SNAPSHOT_LAYER, "a")).isEmpty();
        assertThat(index.read()).containsExactly(ONE);
      }
    }
  }

  /** What its origin is marked with. */
  @Test
  void aDatabaseHasOneNameForEverAndNoOtherHasIt(@TempDir Path other) throws IOException {
    String owner;
    try (DataDirectory directory = DataDirectory.open(path);
        ConfigurationDatabase database =
            ConfigurationDatabase.open(directory, ConfigurationSettings.defaults())) {
      owner = database.manifests().owner();
      assertThat(owner).matches("[0-9a-f-]{36}");
      assertThat(database.manifests().owner()).isEqualTo(owner);
    }
    try (ConfigurationDatabase again =
        ConfigurationDatabase.besides(path, ConfigurationSettings.defaults())) {
      assertThat(again.manifests().owner()).isEqualTo(owner);
    }
    try (DataDirectory directory = DataDirectory.open(other);
        ConfigurationDatabase database =
            ConfigurationDatabase.open(directory, ConfigurationSettings.defaults())) {
      assertThat(database.manifests().owner()).isNotEqualTo(owner);
    }
  }
}
