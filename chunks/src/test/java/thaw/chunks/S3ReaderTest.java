package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import thaw.chunks.S3Reader.Outcome;

/** What is read over connections of Thaw's own, against a server that says what it is told to. */
final class S3ReaderTest {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbytes";
  private static final String PASSWORD = "password";

  private ScriptedServer server;
  private S3Reader reader;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer(ServerSocketFactory.getDefault());
    reader = reader(server.address("http", "127.0.0.1"), Duration.ofMinutes(1));
  }

  @AfterEach
  void stop() throws IOException {
    reader.close();
    server.close();
  }

  private static S3Reader reader(URI base, Duration timeout) {
    return reader(base, timeout, (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  private static S3Reader reader(URI base, Duration timeout, SSLSocketFactory tls) {
    return new S3Reader(
        base,
        () -> AwsBasicCredentials.create("key", "secret"),
        new S3Signature("us-east-1"),
        timeout,
        4,
        InstantSource.system(),
        tls);
  }

  private Outcome read() {
    return reader.read("roots/1", 1024);
  }

  private static void assertFound(Outcome outcome, String text) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Found.class, found -> assertThat(found.bytes()).asString().isEqualTo(text));
  }

  @Test
  void oneConnectionServesRequestAfterRequest() {
    server.then(ANSWER).then("HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n").then(ANSWER);
    assertFound(read(), "bytes");
    assertFound(read(), "");
    assertFound(read(), "bytes");
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.requests())
        .allSatisfy(head ->
            assertThat(head)
                .startsWith("GET /bucket/roots/1 HTTP/1.1\nHost: 127.0.0.1:")
                .contains("\nAuthorization: AWS4-HMAC-SHA256 Credential=key/"));
  }

  @Test
  void aConnectionThatWasClosedWhileIdleIsReplaced() {
    server.thenClosing(ANSWER).then(ANSWER);
    assertFound(read(), "bytes");
    assertFound(read(), "bytes");
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void aConnectionThatIsToBeClosedIsNotUsedAgain() {
    server.then(ANSWER.replace("\r\n\r\n", "\r\nConnection: Close\r\n\r\n")).then(ANSWER);
    assertFound(read(), "bytes");
    assertFound(read(), "bytes");
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void whatIsNotThereIsMissing() {
    server.then("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    assertThat(read()).isInstanceOf(Outcome.Missing.class);
  }

  @Test
  void whatIsNoObjectAsExpectedIsUnusual() {
    for (String answer :
        new String[] {
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbytes\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nbytes",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nbytes",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nbytes",
          "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nbytes",
          "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\nbytes",
          "HTTP/1.1 200 OK\r\nContent-Length: 1025\r\n\r\nbytes",
          "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbytes",
          "HTTP/1.1 200 OK\r\n\r\nbytes"
        }) {
      server.then(answer);
      assertThat(read()).as(answer).isEqualTo(new Outcome.Unusual(200));
    }
    server.then("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n");
    assertThat(read()).isEqualTo(new Outcome.Unusual(503));
    server.then(ANSWER); // nothing of those is taken for the next answer
    assertFound(read(), "bytes");
  }

  @Test
  void whatIsNoAnswerIsAFailure() {
    for (String answer :
        new String[] {
          "",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbyt",
          "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nbytes",
          "HTTP/1.1 OK\r\nContent-Length: 5\r\n\r\nbytes",
          "SSH-2.0-OpenSSH_9\r\n\r\n",
          "\r\n\r\n",
          "HTTP/1.1 200 OK\r\nX: " + "x".repeat(20_000)
        }) {
      server.thenClosing(answer);
      assertThat(read()).as(answer).isInstanceOf(Outcome.Failed.class);
    }
  }

  @Test
  void aServerThatSaysNothingMoreIsGivenUp() {
    for (String beginning :
        new String[] {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nb"}) {
      server.then(beginning);
      try (S3Reader impatient =
          reader(server.address("http", "127.0.0.1"), Duration.ofMillis(300))) {
        assertThat(impatient.read("a", 10)).as(beginning).isInstanceOf(Outcome.Failed.class);
      }
    }
  }

  @Test
  void aServerThatIsNotThereIsAFailure() throws IOException {
    server.close();
    assertThat(read()).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void overTlsTheServerHasToBeWhoItSaysItIs(@TempDir Path directory) throws Exception {
    SSLContext tls = contextOf("localhost", directory);
    try (ScriptedServer secure = new ScriptedServer(tls.getServerSocketFactory())) {
      secure.then(ANSWER).then(ANSWER);
      try (S3Reader trusting =
              reader(
                  secure.address("https", "localhost"),
                  Duration.ofMinutes(1),
                  tls.getSocketFactory());
          S3Reader ofAnotherName =
              reader(
                  secure.address("https", "127.0.0.1"),
                  Duration.ofMinutes(1),
                  tls.getSocketFactory());
          S3Reader trustingOthers =
              reader(secure.address("https", "localhost"), Duration.ofMinutes(1))) {
        assertFound(trusting.read("a", 10), "bytes");
        assertFound(trusting.read("a", 10), "bytes");
        assertThat(secure.connections()).isEqualTo(1);
        for (S3Reader doubting : new S3Reader[] {ofAnotherName, trustingOthers}) {
          assertThat(doubting.read("a", 10))
              .isInstanceOfSatisfying(
                  Outcome.Failed.class,
                  failed -> assertThat(failed.cause()).isInstanceOf(SSLException.class));
        }
      }
    }
  }

  /** Of a server with a certificate of its own for this name, and of who trusts it. */
  private static SSLContext contextOf(String name, Path directory) throws Exception {
    Path file = directory.resolve("store");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:" + name,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", store.getCertificate("server"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
