package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
    for (int i = 0; i < 150; i++) {
      origin.get(name);
    }
    long hedgedBefore = origin.hedgedReads();
    server.failNext("GET", Fault.SILENCE); // for good: only a second request can be answered
    assertThat(origin.get(name).orElseThrow()).isEqualTo(chunk);
    assertThat(origin.hedgedReads()).isGreaterThan(hedgedBefore);
  }
}
