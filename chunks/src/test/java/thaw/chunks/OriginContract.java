package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every origin does. */
abstract class OriginContract {
  /** An empty origin; closed by the implementation's test. */
  abstract Origin origin();

  static byte[] bytes(int seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static byte[] chunk(int seed) {
    return bytes(seed, ChunkCipher.CHUNK_BYTES);
  }

  private static List<Hash> list(Origin origin, long root, ObjectName.Kind kind)
      throws IOException {
    List<Hash> found = new ArrayList<>();
    origin.list(root, kind, found::add);
    return found;
  }

  @Test
  void whatWasPutIsThere() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = ObjectName.chunk(1, Hash.of(chunk));
    assertThat(origin().contains(name)).isFalse();
    assertThat(origin().get(name)).isEmpty();
    origin().put(name, chunk);
    assertThat(origin().contains(name)).isTrue();
    assertThat(origin().get(name).orElseThrow()).isEqualTo(chunk);
    assertThat(origin().get(name.in(2))).isEmpty();
    assertThat(origin().get(ObjectName.manifest(1, name.hash()))).isEmpty();
  }

  @Test
  void puttingTwiceIsPuttingOnce() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = ObjectName.chunk(1, Hash.of(chunk));
    origin().put(name, chunk);
    origin().put(name, chunk);
    assertThat(list(origin(), 1, ObjectName.Kind.CHUNK)).containsExactly(name.hash());
  }

  @Test
  void anEmptyAndALargeManifestComeBack() throws IOException {
    for (byte[] manifest : new byte[][] {new byte[0], bytes(3, 5_000_001)}) {
      ObjectName name = ObjectName.manifest(7, Hash.of(manifest));
      origin().put(name, manifest);
      assertThat(origin().get(name).orElseThrow()).isEqualTo(manifest);
    }
  }

  @Test
  void carryingOverLeavesTheObjectInBothRoots() throws IOException {
    byte[] chunk = chunk(2);
    ObjectName name = ObjectName.chunk(1, Hash.of(chunk));
    origin().put(name, chunk);
    assertThat(origin().carryOver(name, 2)).isTrue();
    assertThat(origin().carryOver(name, 2)).isTrue();
    assertThat(origin().get(name.in(2)).orElseThrow()).isEqualTo(chunk);
    origin().deleteRoot(1);
    assertThat(origin().contains(name)).isFalse();
    assertThat(origin().get(name.in(2)).orElseThrow()).isEqualTo(chunk);
  }

  @Test
  void whatIsNotThereIsNotCarriedOver() throws IOException {
    ObjectName name = ObjectName.chunk(1, Hash.of(chunk(2)));
    assertThat(origin().carryOver(name, 2)).isFalse();
    assertThat(origin().contains(name.in(2))).isFalse();
  }

  @Test
  void aRootIsListedByKindAndDeletedAlone() throws IOException {
    List<Hash> chunks = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      byte[] small = bytes(i, 100);
      chunks.add(Hash.of(small));
      origin().put(ObjectName.chunk(1, Hash.of(small)), small);
      origin().put(ObjectName.chunk(10, Hash.of(small)), small);
    }
    byte[] manifest = bytes(99, 10);
    origin().put(ObjectName.manifest(1, Hash.of(manifest)), manifest);
    assertThat(list(origin(), 1, ObjectName.Kind.CHUNK))
        .containsExactlyInAnyOrderElementsOf(chunks);
    assertThat(list(origin(), 1, ObjectName.Kind.MANIFEST)).containsExactly(Hash.of(manifest));
    assertThat(list(origin(), 2, ObjectName.Kind.CHUNK)).isEmpty();
    origin().deleteRoot(1);
    origin().deleteRoot(1);
    assertThat(list(origin(), 1, ObjectName.Kind.CHUNK)).isEmpty();
    assertThat(list(origin(), 1, ObjectName.Kind.MANIFEST)).isEmpty();
    assertThat(list(origin(), 10, ObjectName.Kind.CHUNK)).hasSize(30);
  }

  @Test
  void deletingIsDurableAndHasNoEffectOnWhatIsNotThere() throws IOException {
    byte[] manifest = bytes(1, 1_000);
    ObjectName name = ObjectName.manifest(1, Hash.of(manifest));
    origin().delete(name);
    origin().put(name, manifest);
    origin().delete(name);
    assertThat(origin().get(name)).isEmpty();
  }

  @Test
  void ofManyThatClaimItOneDoes() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> claims = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        byte[] mark = bytes(i, 20);
        claims.add(threads.submit(() -> origin().claim(mark)));
      }
      byte[] first = claims.getFirst().get();
      for (Future<byte[]> claim : claims) {
        assertThat(claim.get()).isEqualTo(first);
      }
      assertThat(origin().claim(bytes(9, 30))).isEqualTo(first);
    }
    assertThat(list(origin(), 1, ObjectName.Kind.CHUNK)).isEmpty();
  }

  @Test
  void manyPutTheSameAtOnce() throws Exception {
    byte[] chunk = chunk(4);
    ObjectName name = ObjectName.chunk(1, Hash.of(chunk));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> puts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        puts.add(
            threads.submit(() -> {
              origin().put(name, chunk);
              return null;
            }));
      }
      for (Future<?> put : puts) {
        put.get();
      }
    }
    assertThat(origin().get(name).orElseThrow()).isEqualTo(chunk);
  }
}
