package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import thaw.model.Fuzz;

final class ManifestTest {
  private static final KeyChain CHAIN = chain(1);

  private static KeyChain chain(int seed) {
    return new KeyChain(List.of(new SealingKey(1, bytes(new Random(seed), 32))));
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Manifest manifest(Random random, int chunks, double share) {
    BitSet present = new BitSet();
    for (int chunk = 0; chunk < chunks; chunk++) {
      present.set(chunk, random.nextDouble() < share);
    }
    Hash[] names = new Hash[present.cardinality()];
    Arrays.setAll(names, i -> Hash.of(bytes(random, 8)));
    long fileBytes = Math.max(0, (long) chunks * ChunkCipher.CHUNK_BYTES - random.nextInt(4096));
    Binding binding =
        new Binding(
            "123456789012",
            "größe",
            random.nextBoolean() ? "7" : "",
            random.nextLong(),
            random.nextBoolean() ? Optional.of(Hash.of(bytes(random, 8))) : Optional.empty());
    return new Manifest(
        new Outline(binding, fileBytes, Runs.of(present), names),
        bytes(random, names.length * ChunkCipher.KEY_BYTES));
  }

  @Test
  void everyManifestComesBackAsItWasSealed() throws DamagedException {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Manifest manifest = manifest(random, random.nextInt(200), random.nextDouble());
      byte[] sealed = manifest.seal(CHAIN);
      SealedManifest parsed = SealedManifest.parse(sealed);
      Manifest opened = parsed.open(CHAIN);
      assertThat(parsed.id()).isEqualTo(Hash.of(sealed));
      assertThat(opened.outline().binding()).isEqualTo(manifest.outline().binding());
      assertThat(opened.outline().fileBytes()).isEqualTo(manifest.outline().fileBytes());
      assertThat(opened.outline().names()).isEqualTo(manifest.outline().names());
      assertThat(opened.keys()).isEqualTo(manifest.keys());
      for (int chunk = -1; chunk < 201; chunk++) {
        assertThat(opened.outline().runs().place(chunk))
            .as("seed %d, chunk %d", seed, chunk)
            .isEqualTo(manifest.outline().runs().place(chunk));
      }
    }
  }

  @Test
  void sixteenGibibytesTakeLessThanFourMebibytesAndZerosNothing() {
    int chunks = 32 * 1024;
    assertThat(manifest(new Random(1), chunks, 2).seal(CHAIN)).hasSizeLessThan((2 << 20) + 512);
    BitSet everyOther = new BitSet();
    for (int chunk = 0; chunk < chunks; chunk += 2) {
      everyOther.set(chunk);
    }
    assertThat(Runs.of(everyOther).encodedBytes()).isLessThan(256 << 10);
    assertThat(manifest(new Random(1), chunks, 0).seal(CHAIN)).hasSizeLessThan(512);
  }

  @Test
  void aFlippedBitAnywhereIsFound() {
    byte[] sealed = manifest(new Random(3), 12, 0.7).seal(CHAIN);
    for (int bit = 0; bit < sealed.length * 8; bit++) {
      byte[] flipped = sealed.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> SealedManifest.parse(flipped).open(CHAIN))
          .as("bit %d", bit)
          .isInstanceOf(DamagedException.class);
    }
  }

  @Test
  void anotherKeyNeverOpensIt() {
    byte[] sealed = manifest(new Random(4), 12, 0.7).seal(CHAIN);
    assertThatThrownBy(() -> SealedManifest.parse(sealed).open(chain(2)))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("another key");
  }

  /** Whatever stands in it, the answer is a manifest or the declared exception. */
  @Test
  @Tag("fuzz")
  void garbageIsRefusedAndAllocatesNoMoreThanItself() throws Exception {
    byte[] sealed = manifest(new Random(5), 40, 0.5).seal(CHAIN);
    Fuzz.run(
        20_000,
        random -> {
          byte[] mutated = Arrays.copyOf(sealed, random.nextInt(sealed.length * 2));
          for (int change = random.nextInt(4); change >= 0 && mutated.length > 4; change--) {
            int at = random.nextInt(Math.min(mutated.length - 3, 400));
            if (random.nextBoolean()) {
              mutated[at] = (byte) random.nextInt();
            } else {
              ByteBuffer.wrap(mutated).putInt(at, random.nextBoolean() ? -1 : Integer.MAX_VALUE);
            }
          }
          try {
            SealedManifest parsed = SealedManifest.parse(mutated);
            assertThat(parsed.outline().names().length * Hash.BYTES).isLessThan(mutated.length);
          } catch (DamagedException e) {
            assertThat(e).hasMessageMatching("(?s).+");
          }
        });
  }

  @Test
  void aManifestOfAnotherFormatVersionIsRefused() {
    byte[] sealed = manifest(new Random(6), 3, 1).seal(CHAIN);
    sealed[11] = 3;
    assertThatThrownBy(() -> SealedManifest.parse(sealed))
        .isInstanceOf(DamagedException.class)
        .hasMessage("not a manifest of format version 2");
  }

  @Test
  void theBindingIsPartOfWhatIsSealed() throws DamagedException {
    Manifest manifest = manifest(new Random(7), 3, 1);
    SealedManifest sealed = SealedManifest.parse(manifest.seal(CHAIN));
    Outline other =
        new Outline(
            new Binding("123456789012", "other", "7", 1, Optional.empty()),
            manifest.outline().fileBytes(),
            manifest.outline().runs(),
            manifest.outline().names());
    byte[] clear = other.encode();
    byte[] swapped =
        ByteBuffer.allocate(clear.length + 4 + sealed.sealed().length)
            .put(clear)
            .putInt(1)
            .put(sealed.sealed())
            .array();
    assertThatThrownBy(() -> SealedManifest.parse(swapped).open(CHAIN))
        .isInstanceOf(DamagedException.class);
  }
}
