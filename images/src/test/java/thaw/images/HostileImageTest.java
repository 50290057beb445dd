package thaw.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import thaw.model.Fuzz;

/** Layers and documents that somebody means to do harm with, or that are damaged. */
class HostileImageTest {
  private static final int MUTATIONS = 10_000;

  /** Whatever is changed in an archive: it is read, or refused with a reason, and nothing else. */
  @Test
  @Tag("fuzz")
  void mutatedArchivesAreReadOrRefused() throws Exception {
    byte[] good =
        new Layer()
            .directory("d")
            .file("d/" + "long".repeat(60), "content")
            .file("x", new byte[1000], 0644, 1, 2, Layer.TIME, Map.of("user.a", "b"))
            .symbolicLink("l", "d")
            .hardLink("h", "x")
            .remove("", "gone")
            .tar();
    AtomicInteger read = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    Fuzz.run(
        MUTATIONS,
        random -> {
          byte[] bad = good.clone();
          for (int n = random.nextInt(1, 4); n > 0; n--) {
            mutate(bad, random);
          }
          if (random.nextInt(4) == 0) {
            bad = Arrays.copyOf(bad, random.nextInt(bad.length));
          }
          try {
            flatten(bad);
            read.incrementAndGet();
          } catch (ImageException e) {
            assertThat(e.reason()).isEqualTo(ImageException.Cause.INVALID);
            refused.incrementAndGet();
          }
        });
    assertThat(read).hasPositiveValue();
    assertThat(refused).hasValueGreaterThan(MUTATIONS / 10);
  }

  /** Half of the changes are behind the checksum's back. */
  private static void mutate(byte[] tar, Random random) {
    int at = random.nextInt(tar.length);
    tar[at] = (byte) random.nextInt(256);
    if (random.nextBoolean()) {
      int header = at / TarReader.BLOCK_BYTES * TarReader.BLOCK_BYTES;
      Arrays.fill(tar, header + 148, header + 156, (byte) ' ');
      int sum = 0;
      for (int i = header; i < header + TarReader.BLOCK_BYTES; i++) {
        sum += tar[i] & 0xff;
      }
      byte[] text = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(text, 0, tar, header + 148, 8);
    }
  }

  @Test
  @Tag("fuzz")
  void mutatedDocumentsAreReadOrRefused() throws Exception {
    String digest = "sha256:" + "ab".repeat(32);
    String manifest =
        """
        {"schemaVersion":2,"mediaType":"%s",
         "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":7},
         "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":9}]}
        """
            .formatted(OciJson.MANIFEST, digest, digest);
    String config =
        """
        {"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["%s"]},
         "config":{"Env":["A=b"],"Entrypoint":["/e"],"Cmd":null,"WorkingDir":"/w",
         "Labels":{"k":"v"}}}
        """
            .formatted(digest);
    String index =
        """
        {"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"%s","size":1,
         "platform":{"os":"linux","architecture":"amd64"}}]}
        """
            .formatted(digest);
    AtomicInteger read = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    Fuzz.run(
        MUTATIONS,
        random -> {
          try {
            OciJson.manifest(OciJson.parse(mutated(manifest, random), "manifest"));
            OciJson.config(OciJson.parse(mutated(config, random), "configuration"));
            OciJson.choose(OciJson.index(OciJson.parse(mutated(index, random), "index")));
            read.incrementAndGet();
          } catch (ImageException e) {
            refused.incrementAndGet();
          }
        });
    assertThat(read).hasPositiveValue();
    assertThat(refused).hasValueGreaterThan(MUTATIONS / 10);
  }

  private static byte[] mutated(String text, Random random) {
    StringBuilder changed = new StringBuilder(text);
    for (int n = random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(changed.length());
      switch (random.nextInt(4)) {
        case 0 -> changed.deleteCharAt(at);
        case 1 -> changed.insert(at, "{}[]\",:0-1e9null".charAt(random.nextInt(16)));
        case 2 -> changed.setCharAt(at, (char) random.nextInt(32, 127));
        default -> changed.insert(at, changed.substring(at, Math.min(changed.length(), at + 20)));
      }
    }
    return changed.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void deepAndEndlessDocumentsAreRefused() {
    byte[] deep = "[".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    byte[] scalar = "7".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> OciJson.parse(deep, "manifest")).isInstanceOf(ImageException.class);
    assertThatThrownBy(() -> OciJson.parse(scalar, "manifest")).isInstanceOf(ImageException.class);
  }

  @Test
  void aBombIsRefusedByWhatComesOutOfIt() {
    byte[] bomb = Layer.gzip(new byte[50_000_000]);
    assertThat(bomb.length).isLessThan(100_000);
    assertThatThrownBy(
            () -> {
              try (VerifiedLayer layer =
                  VerifiedLayer.open(
                      new ResolvedImage.Layer("bomb", Digest.of(bomb), false, bomb.length),
                      new ByteArrayInputStream(bomb),
                      new AtomicLong(1_000_000))) {
                layer.verify();
              }
            })
        .hasMessageContaining("larger, unpacked");
  }

  @Test
  void aLayerThatIsNotWhatItsDigestSaysIsRefused() {
    byte[] tar = new Layer().file("a", "b").tar();
    Digest other = Digest.of(new byte[1]);
    for (byte[] kept : List.of(tar, Layer.gzip(tar), Layer.zstd(tar))) {
      assertThatThrownBy(() -> verify(kept, other, kept.length))
          .hasMessageContaining("not what its digest says");
      assertThatThrownBy(() -> verify(kept, Digest.of(kept), kept.length - 1))
          .hasMessageContaining("larger than its manifest says");
    }
    byte[] cut = Arrays.copyOf(Layer.gzip(tar), 60);
    assertThatThrownBy(() -> verify(cut, Digest.of(cut), cut.length))
        .hasMessageContaining("cannot be decompressed");
  }

  @Test
  void tooManyFilesAreRefused() {
    Layer layer = new Layer();
    for (int i = 0; i < 1001; i++) {
      layer.file("f" + i, "");
    }
    byte[] tar = layer.tar();
    assertThatThrownBy(() -> flatten(tar)).hasMessageContaining("more than 1000 files");
  }

  @Test
  void referencesAreReadAsDockersAre() throws IOException {
    Digest digest = new Digest("0".repeat(64));
    assertThat(ImageReference.parse("alpine"))
        .isEqualTo(remote("docker.io", "library/alpine", null, null));
    assertThat(ImageReference.parse("a/b:1")).isEqualTo(remote("docker.io", "a/b", "1", null));
    assertThat(ImageReference.parse("localhost/a")).isEqualTo(remote("localhost", "a", null, null));
    assertThat(ImageReference.parse("r.io:5000/a/b/c:t@" + digest))
        .isEqualTo(remote("r.io:5000", "a/b/c", "t", digest));
    for (String bad :
        List.of("", "A", "a b", "a:", "r.io/", "oci:relative", "oci:/a:", "a@sha256:1")) {
      assertThatThrownBy(() -> ImageReference.parse(bad))
          .as(bad)
          .isInstanceOfSatisfying(
              ImageException.class,
              e -> assertThat(e.reason()).isEqualTo(ImageException.Cause.BAD_NAME));
    }
  }

  private static ImageReference remote(
      String registry,
      String repository,
      @org.jspecify.annotations.Nullable String tag,
      @org.jspecify.annotations.Nullable Digest digest) {
    return new ImageReference.Remote(
        registry,
        repository,
        java.util.Optional.ofNullable(tag),
        java.util.Optional.ofNullable(digest));
  }

  private static void verify(byte[] kept, Digest digest, long bytes) throws IOException {
    try (VerifiedLayer layer =
        VerifiedLayer.open(
            new ResolvedImage.Layer("l", digest, false, bytes),
            new ByteArrayInputStream(kept),
            new AtomicLong(1 << 30))) {
      layer.verify();
    }
  }

  private static void flatten(byte[] tar) throws IOException {
    Flattener.flatten(
        new Flattener.Layers() {
          @Override
          public int count() {
            return 1;
          }

          @Override
          public Flattener.LayerStream open(int number) {
            return new Plain(new ByteArrayInputStream(tar));
          }
        },
        1000,
        false,
        new Nowhere());
  }

  private record Plain(InputStream tar) implements Flattener.LayerStream {
    @Override
    public void verify() {}

    @Override
    public void close() {}
  }

  /** Takes everything. */
  private static final class Nowhere implements DiskSink {
    @Override
    public void write(byte[] bytes, int offset, int count) {}

    @Override
    public void writeZeros(long count) {}
  }
}
