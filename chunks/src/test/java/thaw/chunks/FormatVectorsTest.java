package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test vectors of docs/chunk-format.md, as the document writes them. */
final class FormatVectorsTest {
  private static final Path DOCUMENT = Path.of("../docs/chunk-format.md");
  private static final HexFormat HEX = HexFormat.of();

  private static String documented(String name) throws IOException {
    Matcher matcher =
        Pattern.compile("^    " + Pattern.quote(name) + " += ([0-9a-f]+)$", Pattern.MULTILINE)
            .matcher(Files.readString(DOCUMENT));
    assertThat(matcher.find()).as(name).isTrue();
    return matcher.group(1);
  }

  private static byte[] repeated(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] plain() {
    byte[] plain = new byte[ChunkCipher.CHUNK_BYTES];
    for (int at = 0; at < plain.length; at++) {
      plain[at] = (byte) (at >> 8 ^ at);
    }
    return plain;
  }

  private static KeyChain chain() {
    return new KeyChain(List.of(new SealingKey(1, repeated(0x22)), new SealingKey(2, repeated(3))));
  }

  @Test
  void convergentKeyAndName(@TempDir Path directory) throws IOException {
    byte[] plain = plain();
    assertThat(HEX.formatHex(chain().domainSecret())).isEqualTo(documented("domain secret"));
    assertThat(Hash.of(plain)).hasToString(documented("SHA-256(plain)"));
    ChunkKeys keys =
        new ChunkKeys.Convergent(
            chain().domainSecret(),
            repeated(0x55),
            new PublicBases(directory),
            new Salt(5, 678, 1));
    byte[] key = keys.keyFor(plain);
    assertThat(HEX.formatHex(key)).isEqualTo(documented("chunk key"));
    ChunkCipher.crypt(key, plain);
    assertThat(HEX.formatHex(plain, 0, 16)).isEqualTo(documented("ciphertext, first 16"));
    assertThat(Hash.of(plain)).hasToString(documented("chunk name"));
  }

  @Test
  void lastChunk(@TempDir Path directory) throws IOException {
    byte[] plain = Arrays.copyOf(Arrays.copyOf(plain(), 10_000), ChunkCipher.chunkBytes(10_000));
    ChunkKeys keys =
        new ChunkKeys.Convergent(
            chain().domainSecret(),
            repeated(0x55),
            new PublicBases(directory),
            new Salt(5, 678, 1));
    byte[] key = keys.keyFor(plain);
    assertThat(HEX.formatHex(key)).isEqualTo(documented("last chunk key"));
    ChunkCipher.crypt(key, plain);
    assertThat(plain).hasSize(12_288);
    assertThat(Hash.of(plain)).hasToString(documented("last chunk name"));
  }

  @Test
  void manifest() throws IOException {
    BitSet present = new BitSet();
    present.set(0);
    present.set(3, 5);
    Hash[] names = new Hash[3];
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      names[i] = Hash.of(("name " + i).getBytes(StandardCharsets.US_ASCII));
      keys.add(repeated(0x10 + i));
    }
    Binding binding =
        new Binding(
            "000000000000",
            "f",
            "1",
            5,
            Optional.of(Hash.of("p".getBytes(StandardCharsets.UTF_8))));
    byte[] table = new byte[96];
    for (int i = 0; i < 3; i++) {
      System.arraycopy(keys.get(i), 0, table, i * 32, 32);
    }
    Manifest manifest =
        new Manifest(new Outline(binding, 2_500_000, Runs.of(present), names), table);
    byte[] sealed = manifest.seal(chain(), Arrays.copyOf(repeated(9), 12));
    String documented =
        documented("header") + documented("runs") + documented("names") + documented("seal");
    assertThat(HEX.formatHex(sealed)).isEqualTo(documented);
    assertThat(Hash.of(sealed)).hasToString(documented("manifest id"));
    assertThat(SealedManifest.parse(HEX.parseHex(documented)).open(chain()).keys())
        .isEqualTo(table);
  }

  @Test
  void keyFile() throws IOException {
    assertThat(HEX.formatHex(KeyStore.encode(chain()))).isEqualTo(documented("key file"));
  }
}
