package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.chunks.ChunkStore.Encryption;
import thaw.settings.DataSize;

final class ChunkStoreTest {
  private static final int CHUNK = ChunkCipher.CHUNK_BYTES;
  private static final String ALICE = "111111111111";
  private static final String BOB = "222222222222";

  @TempDir private Path directory;
  private Instant now = Instant.ofEpochSecond(1_800_000_000);
  private DirectoryOrigin origin;
  private PublicBases bases;
  private KeyStore keys;
  private ChunkStore store;

  @BeforeEach
  void open() throws IOException {
    origin = new DirectoryOrigin(directory.resolve("origin"));
    bases = new PublicBases(directory.resolve("public-bases"));
    keys = new KeyStore(directory.resolve("keys"));
    InstantSource clock = () -> now;
    store =
        new ChunkStore(
            origin,
            Roots.open(directory.resolve("roots.json"), clock),
            keys,
            bases,
            directory.resolve("cache"),
            small(),
            clock,
            Runnable::run);
  }

  static ChunkSettings small() {
    ChunkSettings defaults = ChunkSettings.defaults();
    return new ChunkSettings(
        DataSize.ofMebibytes(16),
        DataSize.ofMebibytes(64),
        4,
        defaults.fetchTimeout(),
        4,
        defaults.saltPeriod(),
        1,
        1,
        defaults.rootAge(),
        defaults.keepRetired(),
        defaults.keepExpired(),
        defaults.drainTimeout());
  }

  private static byte[] content(int seed, int bytes) {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return content;
  }

  private Hash put(String account, byte[] content, Encryption encryption) throws IOException {
    return put(account, new ByteArrayInputStream(content), encryption, Optional.empty());
  }

  private Hash put(
      String account, InputStream content, Encryption encryption, Optional<Hash> parent)
      throws IOException {
    try (Creation creation = store.create(account);
        Upload upload =
            store.upload(
                creation,
                new Binding(account, "f", "1", creation.root(), parent),
                account,
                encryption)) {
      content.transferTo(upload);
      return upload.finish();
    }
  }

  private byte[] read(Hash id, String owner) throws IOException {
    ChunkedFile file = store.open(id, owner).orElseThrow();
    byte[] all = new byte[Math.toIntExact(file.bytes())];
    assertThat(file.read(0, MemorySegment.ofArray(all))).isEqualTo(all.length);
    return all;
  }

  private Set<Hash> chunks() throws IOException {
    Set<Hash> names = new HashSet<>();
    origin.list(1, ObjectName.Kind.CHUNK, names::add);
    return names;
  }

  @Test
  void filesOfAnyLengthComeBack() throws IOException {
    for (int bytes : new int[] {0, 1, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 9 * CHUNK + 12_345}) {
      for (Encryption encryption : Encryption.values()) {
        byte[] content = content(bytes, bytes);
        Hash id = put(ALICE, content, encryption);
        assertThat(read(id, ALICE)).as("%d bytes, %s", bytes, encryption).isEqualTo(content);
      }
    }
  }

  @Test
  void theLastChunkIsAsLongAsItHasToBe() throws IOException {
    for (int bytes : new int[] {1, 4096, 4097, 200_000, CHUNK - 4096, CHUNK - 1, CHUNK}) {
      Set<Hash> before = chunks();
      put(ALICE, content(bytes, bytes), Encryption.CONVERGENT);
      Set<Hash> made = chunks();
      made.removeAll(before);
      byte[] chunk = origin.get(ObjectName.chunk(1, made.iterator().next())).orElseThrow();
      assertThat(chunk).as("of %d bytes", bytes).hasSize(Math.ceilDiv(bytes, 4096) * 4096);
    }
  }

  /** All chunks of such a file are equally long. */
  @Test
  void aFileOfFormatVersion1IsReadAndOneWhoseChunkHasAnotherLengthIsNot() throws IOException {
    byte[] content = Arrays.copyOf(content(5, 100_000), CHUNK);
    for (int stored : new int[] {CHUNK, 100_000}) {
      Hash id = put(ALICE, Arrays.copyOf(content, stored), Encryption.RANDOM);
      byte[] sealed = origin.get(ObjectName.manifest(1, id)).orElseThrow();
      KeyChain chain = keys.existing(ALICE).orElseThrow();
      Manifest whole = SealedManifest.parse(sealed).open(chain);
      Outline outline = whole.outline();
      byte[] first =
          new Manifest(
                  new Outline(1, outline.binding(), 100_000, outline.runs(), outline.names()),
                  whole.keys())
              .seal(chain);
      origin.put(ObjectName.manifest(1, Hash.of(first)), first);
      if (stored == CHUNK) {
        assertThat(read(Hash.of(first), ALICE)).isEqualTo(Arrays.copyOf(content, 100_000));
      } else {
        assertThatThrownBy(() -> read(Hash.of(first), ALICE)).isInstanceOf(DamagedException.class);
      }
    }
  }

  @Test
  void aManifestThatWasKeptElsewhereOpensTheFileAndOneThatWasChangedDoesNot() throws IOException {
    byte[] content = content(6, 3 * CHUNK + 5);
    Hash id = put(ALICE, content, Encryption.RANDOM);
    byte[] sealed = origin.get(ObjectName.manifest(1, id)).orElseThrow();
    origin.delete(ObjectName.manifest(1, id));
    byte[] all = new byte[content.length];
    assertThat(store.open(id, sealed, ALICE).read(0, MemorySegment.ofArray(all)))
        .isEqualTo(all.length);
    assertThat(all).isEqualTo(content);
    sealed[100] ^= 1;
    assertThatThrownBy(() -> store.open(id, sealed, ALICE)).isInstanceOf(DamagedException.class);
  }

  @Test
  void pagesThatWillBeWantedAreFetchedByTheChunksTheyLieIn() throws IOException {
    ChunkedFile file =
        store.open(put(ALICE, content(7, 4 * CHUNK), Encryption.RANDOM), ALICE).orElseThrow();
    file.fetchAhead(IntStream.of(1, 0, 300, 127, 256, 100_000));
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> store.statistics().tiers().getLast().hits() == 2);
    origin.deleteRoot(1);
    assertThat(file.page(5)).isPresent();
    assertThat(file.page(290)).isPresent();
    assertThatThrownBy(() -> file.page(130)).isInstanceOf(IOException.class);
  }

  @Test
  void rangesPagesAndTheEnd() throws IOException {
    byte[] content = content(1, 5 * CHUNK + 100);
    Arrays.fill(content, CHUNK, 3 * CHUNK, (byte) 0);
    ChunkedFile file = store.open(put(ALICE, content, Encryption.CONVERGENT), ALICE).orElseThrow();
    Random random = new Random(2);
    try (Arena arena = Arena.ofConfined()) {
      for (int i = 0; i < 300; i++) {
        int position = random.nextInt(content.length + 10);
        MemorySegment target = arena.allocate(1 + random.nextInt(2 * CHUNK));
        int read = file.read(position, target);
        assertThat(read).isEqualTo(Math.clamp(content.length - position, 0L, target.byteSize()));
        assertThat(
                MemorySegment.mismatch(
                    target, 0, read, MemorySegment.ofArray(content), position, position + read))
            .isEqualTo(-1);
      }
    }
    int page = 3 * CHUNK / ChunkedFile.PAGE_BYTES;
    assertThat(
            file.page(page)
                .orElseThrow()
                .mismatch(MemorySegment.ofArray(content).asSlice(3L * CHUNK, 4096)))
        .isEqualTo(-1);
    assertThat(file.page(page - 1)).as("in a chunk of zeros").isEmpty();
    MemorySegment last = file.page(5 * CHUNK / ChunkedFile.PAGE_BYTES).orElseThrow();
    assertThat(
            last.asSlice(0, 100).mismatch(MemorySegment.ofArray(content).asSlice(5L * CHUNK, 100)))
        .isEqualTo(-1);
    assertThat(last.get(ValueLayout.JAVA_BYTE, 100)).isZero();
    assertThat(file.page(5 * CHUNK / ChunkedFile.PAGE_BYTES + 1)).isEmpty();
  }

  @Test
  void zerosAreNotStoredAndCostNothing() throws IOException {
    try (Creation creation = store.create(ALICE);
        Upload upload =
            store.upload(
                creation,
                new Binding(ALICE, "f", "1", creation.root(), Optional.empty()),
                ALICE,
                Encryption.CONVERGENT)) {
      upload.writeZeros(12L << 30);
      upload.write(7);
      upload.writeZeros(3L << 30);
      upload.write(new byte[3 * CHUNK]);
      Hash id = upload.finish();
      assertThat(chunks()).hasSize(1);
      ChunkedFile file = store.open(id, ALICE).orElseThrow();
      assertThat(file.bytes()).isEqualTo((15L << 30) + 1 + 3 * CHUNK);
      byte[] around = new byte[3];
      file.read((12L << 30) - 1, MemorySegment.ofArray(around));
      assertThat(around).containsExactly(0, 7, 0);
    }
    assertThatThrownBy(
            () -> {
              try (Creation creation = store.create(ALICE);
                  Upload upload =
                      store.upload(
                          creation,
                          new Binding(ALICE, "f", "1", creation.root(), Optional.empty()),
                          ALICE,
                          Encryption.CONVERGENT)) {
                upload.writeZeros(65L << 30);
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at most");
  }

  @Test
  void equalContentOfAnAccountIsStoredOnceAndRandomlyEncryptedContentNever() throws IOException {
    byte[] content = content(1, 4 * CHUNK);
    put(ALICE, content, Encryption.CONVERGENT);
    Set<Hash> before = chunks();
    assertThat(before).hasSize(4);
    put(ALICE, content, Encryption.CONVERGENT);
    assertThat(chunks()).isEqualTo(before);
    put(ALICE, content, Encryption.RANDOM);
    assertThat(chunks()).hasSize(8);
  }

  /** Nobody finds out what another account has by storing it too: no chunk of theirs is shared. */
  @Test
  void anUploadSaysTheSameWhetherAnotherAccountHasTheContentOrNot() throws IOException {
    byte[] secret = content(1, 3 * CHUNK);
    put(ALICE, secret, Encryption.CONVERGENT);
    Set<Hash> alices = chunks();
    Hash bobs = put(BOB, secret, Encryption.CONVERGENT);
    Set<Hash> added = chunks();
    added.removeAll(alices);
    assertThat(added).as("all that Bob stores is stored, as if Alice had nothing").hasSize(3);
    assertThat(read(bobs, BOB)).isEqualTo(secret);
    assertThatThrownBy(() -> read(bobs, ALICE)).isInstanceOf(DamagedException.class);
  }

  @Test
  void onlyChunksOfPublicBasesAreSharedAcrossAccounts() throws IOException {
    byte[] base = content(1, 3 * CHUNK);
    bases.add("debian-13", new ByteArrayInputStream(base));
    byte[] image = Arrays.copyOf(base, 5 * CHUNK);
    System.arraycopy(content(2, 2 * CHUNK), 0, image, 3 * CHUNK, 2 * CHUNK);
    put(ALICE, image, Encryption.CONVERGENT);
    Hash bobs = put(BOB, image, Encryption.CONVERGENT);
    assertThat(chunks()).hasSize(3 + 2 + 2);
    assertThat(read(bobs, BOB)).isEqualTo(image);
  }

  @Test
  void theSaltTurnsWithTime() throws IOException {
    byte[] content = content(1, CHUNK);
    put(ALICE, content, Encryption.CONVERGENT);
    now = now.plus(small().saltPeriod());
    Hash later = put(ALICE, content, Encryption.CONVERGENT);
    assertThat(chunks()).hasSize(2);
    assertThat(read(later, ALICE)).isEqualTo(content);
  }

  @Test
  void afterARotationOfTheKeyOldFilesAreStillRead() throws IOException {
    byte[] content = content(1, 2 * CHUNK);
    Hash id = put(ALICE, content, Encryption.CONVERGENT);
    keys.rotate(ALICE);
    assertThat(read(id, ALICE)).isEqualTo(content);
    assertThat(read(put(ALICE, content, Encryption.CONVERGENT), ALICE)).isEqualTo(content);
    keys.destroy(ALICE);
    assertThatThrownBy(() -> read(id, ALICE)).isInstanceOf(DamagedException.class);
  }

  @Test
  void aSwappedManifestIsRefused() throws IOException {
    Hash one = put(ALICE, content(1, CHUNK), Encryption.CONVERGENT);
    Hash other = put(ALICE, content(2, CHUNK), Encryption.CONVERGENT);
    Files.copy(
        directory.resolve("origin").resolve(ObjectName.manifest(1, other).path()),
        directory.resolve("origin").resolve(ObjectName.manifest(1, one).path()),
        StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> store.open(one, ALICE))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("is damaged");
  }

  @Test
  void anUploadThatFailsSaysSoAndLeavesNoManifest() throws IOException {
    try (Creation creation = store.create(ALICE);
        Upload upload =
            store.upload(
                creation,
                new Binding(ALICE, "f", "1", creation.root(), Optional.empty()),
                ALICE,
                Encryption.CONVERGENT)) {
      Path chunks = directory.resolve("origin/roots/1/chunks");
      Files.createDirectories(DurableFiles.parent(chunks));
      Files.write(chunks, new byte[1]); // no chunk can be put
      assertThatThrownBy(
              () -> {
                upload.write(content(1, 20 * CHUNK));
                upload.finish();
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("could not be stored");
      assertThatThrownBy(upload::finish).isInstanceOf(IOException.class);
    }
    Set<Hash> manifests = new HashSet<>();
    origin.list(1, ObjectName.Kind.MANIFEST, manifests::add);
    assertThat(manifests).isEmpty();
  }

  @Test
  void nothingIsWrittenOnceTheCreationIsClosed() throws IOException {
    Creation creation = store.create(ALICE);
    try (Upload upload =
        store.upload(
            creation,
            new Binding(ALICE, "f", "1", creation.root(), Optional.empty()),
            ALICE,
            Encryption.CONVERGENT)) {
      creation.close();
      assertThatThrownBy(() -> upload.write(1)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void whatWasNeverStoredIsNotThere() throws IOException {
    assertThat(store.open(Hash.of(content(1, 10)), ALICE)).isEmpty();
  }
}
