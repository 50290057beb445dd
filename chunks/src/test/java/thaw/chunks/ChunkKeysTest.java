package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChunkKeysTest {
  private static final byte[] PUBLIC = ChunkCipher.random(32);
  private static final byte[] ALICE = ChunkCipher.random(32);
  private static final byte[] BOB = ChunkCipher.random(32);
  private static final Salt SALT = new Salt(1, 2, 0);

  @TempDir private Path directory;
  private PublicBases bases;

  @BeforeEach
  void open() throws IOException {
    bases = new PublicBases(directory);
  }

  private static byte[] content(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }

  private byte[] key(byte[] secret, Salt salt, byte[] plain) {
    return new ChunkKeys.Convergent(secret, PUBLIC, bases, salt).keyFor(plain);
  }

  @Test
  void equalContentOfOneAccountHasOneKeyAndOfTwoAccountsTwo() {
    byte[] plain = content(ChunkCipher.CHUNK_BYTES);
    assertThat(key(ALICE, SALT, plain)).isEqualTo(key(ALICE, SALT, plain.clone()));
    assertThat(key(ALICE, SALT, plain)).isNotEqualTo(key(BOB, SALT, plain));
  }

  @Test
  void everyPartOfTheSaltCounts() {
    byte[] plain = content(ChunkCipher.CHUNK_BYTES);
    List<Salt> salts =
        List.of(SALT, new Salt(2, 2, 0), new Salt(1, 1, 0), new Salt(1, 2, 1), new Salt(2, 1, 0));
    assertThat(salts.stream().map(salt -> Hash.of(key(ALICE, salt, plain))).distinct())
        .hasSize(salts.size());
  }

  @Test
  void onlyChunksWhollyInAPublicBaseAreSharedAcrossAccounts() throws IOException {
    byte[] base = content(2 * ChunkCipher.CHUNK_BYTES + 1000);
    bases.add("debian-13", new ByteArrayInputStream(base));
    byte[] first = Arrays.copyOf(base, ChunkCipher.CHUNK_BYTES);
    assertThat(key(ALICE, SALT, first)).isEqualTo(key(BOB, SALT, first));
    int boundary = 2 * ChunkCipher.CHUNK_BYTES;
    byte[] rest = Arrays.copyOfRange(base, boundary, boundary + ChunkCipher.CHUNK_BYTES);
    assertThat(key(ALICE, SALT, rest)).isNotEqualTo(key(BOB, SALT, rest));
    byte[] almost = first.clone();
    almost[77]++;
    assertThat(key(ALICE, SALT, almost)).isNotEqualTo(key(BOB, SALT, almost));
  }

  @Test
  void theListLastsAndABaseTakenOffItIsNotSharedAnyMore() throws IOException {
    byte[] base = content(3 * ChunkCipher.CHUNK_BYTES);
    bases.add("debian-13", new ByteArrayInputStream(base));
    byte[] first = Arrays.copyOf(base, ChunkCipher.CHUNK_BYTES);
    PublicBases reopened = new PublicBases(directory);
    assertThat(reopened.names()).containsExactly("debian-13");
    assertThat(reopened.contains(Hash.of(first))).isTrue();
    reopened.remove("debian-13");
    assertThat(reopened.contains(Hash.of(first))).isFalse();
    assertThat(new PublicBases(directory).names()).isEmpty();
  }

  @Test
  void aDamagedListStopsTheStartRatherThanSharingWhatItMust() throws IOException {
    bases.add("debian-13", new ByteArrayInputStream(content(3 * ChunkCipher.CHUNK_BYTES)));
    Path file = directory.resolve("debian-13.base");
    byte[] bytes = Files.readAllBytes(file);
    bytes[40] ^= 4;
    Files.write(file, bytes);
    assertThatThrownBy(() -> new PublicBases(directory)).isInstanceOf(DamagedException.class);
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> new PublicBases(directory)).isInstanceOf(DamagedException.class);
  }

  @Test
  void randomKeysAreNeverAlike() {
    byte[] plain = content(ChunkCipher.CHUNK_BYTES);
    ChunkKeys keys = new ChunkKeys.Random();
    assertThat(keys.keyFor(plain)).isNotEqualTo(keys.keyFor(plain));
  }
}
