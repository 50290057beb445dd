package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.chunks.S3Server.Fault;

/** The contract against a small S3, and what only a server with faults can show. */
final class S3OriginTest extends OriginContract {
  private static final Duration LONG = Duration.ofSeconds(30);

  private S3Server server;
  private S3Origin origin;

  @BeforeEach
  void start() throws IOException {
    server = new S3Server();
    origin = S3Origins.open(server.endpoint(), "bucket", LONG);
  }

  @AfterEach
  void stop() {
    origin.close();
    server.close();
  }

  @Override
  Origin origin() {
    return origin;
  }

  private ObjectName put(byte[] chunk) throws IOException {
    ObjectName name = ObjectName.chunk(1, Hash.of(chunk));
    origin.put(name, chunk);
    return name;
  }

  @Test
  void whatIsThereIsNotUploadedAgain() throws IOException {
    put(chunk(1));
    put(chunk(1));
    assertThat(server.uploads.sum()).isEqualTo(1);
  }

  @Test
  void anUploadThatLostARaceIsDone() throws IOException {
    byte[] chunk = chunk(1);
    put(chunk);
    server.failNext("HEAD", Fault.MISSING); // as it was a moment before another stored it
    put(chunk);
    assertThat(server.uploads.sum()).isEqualTo(1);
  }

  @Test
  void anS3WithoutConditionalPutsIsWrittenToWithoutThem() throws IOException {
    server.failNext("PUT", Fault.NO_CONDITIONS);
    byte[] chunk = chunk(1);
    ObjectName name = put(chunk);
    assertThat(origin.get(name).orElseThrow()).isEqualTo(chunk);
  }

  @Test
  void throttlingErrorsAndTruncatedAnswersAreTriedAgain() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = put(chunk);
    for (Fault fault : new Fault[] {Fault.THROTTLE, Fault.ERROR, Fault.TRUNCATE}) {
      server.failNext("GET", fault);
      assertThat(origin.get(name).orElseThrow()).as(fault.name()).isEqualTo(chunk);
    }
    server.failNext("PUT", Fault.THROTTLE, Fault.ERROR);
    assertThat(origin.contains(put(chunk(2)))).isTrue();
  }

  @Test
  void readsNeedNoSdkUnlessTheServerGivesItAnotherAnswer() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = put(chunk);
    for (Fault passing : new Fault[] {Fault.NONE, Fault.THROTTLE, Fault.TRUNCATE}) {
      server.failNext("GET", passing);
      assertThat(origin.get(name).orElseThrow()).as(passing.name()).isEqualTo(chunk);
    }
    origin.get(name);
    assertThat(server.userAgent).isEqualTo("thaw");
    server.failNext("GET", Fault.REFUSE);
    for (int i = 0; i < 2; i++) { // the second one at once
      assertThat(origin.get(name).orElseThrow()).isEqualTo(chunk);
      assertThat(server.userAgent).startsWith("aws-sdk-java");
    }
  }

  @Test
  void readsThatFailWhereTheSdksDoNotAreLeftToItInTheEnd() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = put(chunk);
    for (int i = 0; i < 10; i++) {
      server.failNext("GET", Fault.TRUNCATE, Fault.NONE);
      assertThat(origin.get(name).orElseThrow()).isEqualTo(chunk);
    }
    server.userAgent = "";
    origin.get(name);
    assertThat(server.userAgent).startsWith("aws-sdk-java");
  }

  @Test
  void whatIsRefusedByTheSdkTooIsAnErrorAndAskedForAgain() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = put(chunk);
    server.failNext("GET", Fault.REFUSE, Fault.REFUSE);
    assertThatThrownBy(() -> origin.get(name)).hasMessageContaining("AccessDenied");
    assertThat(origin.get(name).orElseThrow()).isEqualTo(chunk);
    assertThat(server.userAgent).isEqualTo("thaw");
  }

  @Test
  void warmingUpReadsOverManyConnectionsAndNeedsNoServer() throws IOException {
    origin.claim(new byte[] {1});
    long before = server.requests.sum();
    origin.warmUp();
    assertThat(server.requests.sum() - before).isGreaterThan(100);
    server.close();
    origin.warmUp();
  }

  @Test
  void aServerThatIsNeverWellIsAnErrorThatSaysWhat() throws IOException {
    ObjectName name = put(chunk(1));
    server.failNext("GET", Fault.THROTTLE, Fault.THROTTLE, Fault.THROTTLE, Fault.THROTTLE);
    assertThatThrownBy(() -> origin.get(name))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("GET " + name.path())
        .hasMessageContaining("SlowDown");
  }

  @Test
  void aSilentServerIsGivenUpAfterItsTimeAndAskedAgain() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = put(chunk);
    try (S3Origin impatient = S3Origins.open(server.endpoint(), "bucket", Duration.ofMillis(700))) {
      impatient.contains(name); // classes loaded, connection open
      long before = server.requests.sum();
      server.failNext("GET", Fault.SILENCE);
      assertThat(impatient.get(name).orElseThrow()).isEqualTo(chunk);
      assertThat(server.requests.sum() - before).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void aReadThatTakesLongerThanTheP99IsSentAgainAndTheFirstAnswerCounts() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = put(chunk);
    // Until there is a p99, and a request may be sent again whatever a busy machine has used up.
    for (int i = 0; i < 150 || origin.hedgedReads() * 20 > i; i++) {
      origin.get(name);
    }
    long hedgedBefore = origin.hedgedReads();
    server.failNext("GET", Fault.SILENCE); // for good: only a second request can be answered
    assertThat(origin.get(name).orElseThrow()).isEqualTo(chunk);
    assertThat(origin.hedgedReads()).isGreaterThan(hedgedBefore);
  }

  /** The whole store over an S3 that gives other bytes, or fewer, than it took. */
  @Test
  void anS3ThatLiesIsAskedAgainAndNeverBelieved(@TempDir Path directory) throws IOException {
    ChunkStore store =
        new ChunkStore(
            origin,
            Roots.open(directory.resolve("roots.json"), InstantSource.system()),
            new KeyStore(directory.resolve("keys")),
            new PublicBases(directory.resolve("bases")),
            directory.resolve("cache"),
            ChunkStoreTest.small(),
            InstantSource.system(),
            Runnable::run);
    byte[] content = bytes(1, 4 * ChunkCipher.CHUNK_BYTES);
    ChunkedFile file = store.open(upload(store, content), "a").orElseThrow();
    byte[] read = new byte[ChunkCipher.CHUNK_BYTES];
    for (int chunk = 0; chunk < 2; chunk++) {
      server.failNext("GET", chunk == 0 ? Fault.LIE : Fault.HALF);
      file.read((long) chunk * read.length, MemorySegment.ofArray(read));
      assertThat(read)
          .isEqualTo(Arrays.copyOfRange(content, chunk * read.length, (chunk + 1) * read.length));
    }
    server.failNext("GET", Fault.LIE, Fault.HALF);
    assertThatThrownBy(() -> file.read(3L * ChunkCipher.CHUNK_BYTES, MemorySegment.ofArray(read)))
        .isInstanceOf(DamagedException.class);
  }

  private static Hash upload(ChunkStore store, byte[] content) throws IOException {
    try (Creation creation = store.create("f");
        Upload upload =
            store.upload(
                creation,
                new Binding("a", "f", "1", creation.root(), Optional.empty()),
                "a",
                ChunkStore.Encryption.CONVERGENT)) {
      upload.write(content);
      return upload.finish();
    }
  }
}
