package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.model.Fuzz;
import thaw.model.SandboxCredentials;

/**
 * Requests of every kind of damage: each gets an answer that is no fault of Thaw's, or its
 * connection is ended.
 */
@Tag("fuzz")
class FrontendFuzzTest {
  private static final SandboxCredentials OWN = SandboxCredentials.random();
  private static final String FUNCTIONS = "/2015-03-31/functions";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** What Thaw answers that is meant: not offered, and what AWS says of a zip that is none. */
  private static final Set<Integer> MEANT = Set.of(501, 502);

  @TempDir static Path directory;
  private static TestFrontend frontend;
  private @Nullable RawHttp connection;

  @BeforeAll
  static void start() throws IOException {
    frontend = TestFrontend.start(directory, port -> Optional.of(OWN));
    frontend.createActive("f"); // some requests delete it
    frontend.createActive("kept");
  }

  @AfterAll
  static void stop() throws IOException {
    frontend.close();
  }

  @AfterEach
  void stillServes() throws IOException {
    disconnect();
    assertThat(frontend.send("POST", FUNCTIONS + "/kept/invocations", "1").text()).isEqualTo("1");
  }

  /** An open connection, whose latest request was answered. */
  private RawHttp connected(URI endpoint) throws IOException {
    RawHttp open = connection;
    if (open == null) {
      open = RawHttp.connect(endpoint);
      connection = open;
    }
    return open;
  }

  private void disconnect() throws IOException {
    if (connection != null) {
      connection.abort();
      connection = null;
    }
  }

  /** Sends a request, whole in its framing, and holds that its answer is no fault of Thaw's. */
  private void answered(URI endpoint, String method, String path, byte[] body, List<String> headers)
      throws IOException {
    RawHttp.Answer answer;
    try {
      answer = connected(endpoint).send(method, path, body, headers.toArray(String[]::new));
    } catch (EOFException | SocketException e) {
      disconnect(); // ended before, or instead of, an answer
      return;
    }
    assertThat(answer.status())
        .as("%s %s: %s", method, path, answer)
        .matches(status -> status < 500 || MEANT.contains(status), "a fault of the client's");
    if (answer.header("connection").filter("close"::equalsIgnoreCase).isPresent()) {
      disconnect();
    }
  }

  @Test
  void everyRequestOfTheApiIsAnswered() throws Exception {
    Fuzz.run(
        6_000,
        random ->
            answered(
                frontend.endpoint(),
                Fuzz.oneOf(random, "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"),
                path(random) + query(random),
                random.nextBoolean() ? body(random) : new byte[0],
                headers(random)));
  }

  /** Of every operation, with names that are none, or strange. */
  private static String path(Random random) {
    String name =
        encoded(
            random, Fuzz.oneOf(random, "f", "g", "f:1", "f:$LATEST", "", Fuzz.text(random, 80)));
    String arn =
        encoded(random, "arn:aws:lambda:us-east-1:000000000000:function:" + Fuzz.text(random, 20));
    String number =
        Fuzz.oneOf(random, "1", "0", "-1", "99999999999999999999", encoded(random, "x\0"));
    return switch (random.nextInt(12)) {
      case 0 -> FUNCTIONS;
      case 1 -> FUNCTIONS + "/" + name;
      case 2 ->
          FUNCTIONS
              + "/"
              + name
              + "/"
              + Fuzz.oneOf(random, "code", "configuration", "versions", "policy");
      case 3, 4 -> FUNCTIONS + "/" + name + "/invocations";
      case 5 -> "/2018-10-31/layers/" + name + "/versions";
      case 6 -> "/2018-10-31/layers/" + name + "/versions/" + number;
      case 7 -> "/2018-10-31/layers/" + name + "/versions/" + number + "/policy/" + name;
      case 8 -> "/2017-03-31/tags/" + arn;
      case 9 -> "/_thaw/" + Fuzz.oneOf(random, "health", "status", "code/" + name, name);
      case 10 -> "/2018-10-31/layers";
      default -> "/" + encoded(random, Fuzz.text(random, 200));
    };
  }

  /** Percent-encoded, for the most part. */
  private static String encoded(Random random, String text) {
    String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    return random.nextInt(10) > 0 || encoded.length() < 3
        ? encoded
        : encoded.substring(0, random.nextInt(encoded.length())) + "%";
  }

  private static String query(Random random) {
    StringBuilder query = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      query
          .append(query.isEmpty() ? '?' : '&')
          .append(
              Fuzz.oneOf(
                  random,
                  "Marker",
                  "MaxItems",
                  "Qualifier",
                  "FunctionVersion",
                  "find",
                  "Arn",
                  "tagKeys",
                  "RevisionId",
                  "CompatibleRuntime",
                  "expires",
                  "signature"))
          .append(Fuzz.oneOf(random, "=", "=", "=", "", "=="))
          .append(
              encoded(random, Fuzz.oneOf(random, "1", "ALL", "$LATEST", Fuzz.text(random, 60))));
    }
    return query.toString();
  }

  private static List<String> headers(Random random) {
    List<String> headers = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      headers.add(
          Fuzz.oneOf(
                  random,
                  "X-Amz-Invocation-Type",
                  "X-Amz-Log-Type",
                  "X-Amz-Client-Context",
                  "X-Amzn-Trace-Id",
                  "Content-Type",
                  "Origin",
                  "Accept",
                  "X-Amz-Tenant-Id")
              + ": "
              + Fuzz.oneOf(random, "Event", "DryRun", "Tail", "e30=", value(random, 200)));
    }
    return headers;
  }

  /** What a header's value may be made of. */
  private static String value(Random random, int longest) {
    return Fuzz.text(random, longest).replaceAll("[^\\x21-\\x7e]", "x");
  }

  /** Documents of the operations, damaged on the level of JSON or on that of bytes. */
  private static byte[] body(Random random) {
    String json =
        switch (random.nextInt(6)) {
          case 0 ->
              TestFrontend.createJson(Fuzz.oneOf(random, "f", "bad name", Fuzz.text(random, 70)));
          case 1 ->
              "{\"Timeout\":%s,\"MemorySize\":%s,\"Environment\":{\"Variables\":%s},\"Layers\":[%s]}"
                  .formatted(value(random), value(random), value(random), value(random));
          case 2 ->
              "{\"ZipFile\":\"%s\",\"Publish\":%s}".formatted(Fuzz.text(random, 50), value(random));
          case 3 -> "{\"Tags\":%s}".formatted(value(random));
          case 4 ->
              "{\"StatementId\":%s,\"Action\":\"lambda:GetLayerVersion\",\"Principal\":%s}"
                  .formatted(value(random), value(random));
          default -> value(random);
        };
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return random.nextBoolean() ? bytes : Fuzz.mutated(random, bytes);
  }

  private static String value(Random random) {
    return switch (random.nextInt(9)) {
      case 0 -> "null";
      case 1 -> "-1";
      case 2 -> "1e999";
      case 3 -> "[".repeat(random.nextInt(3_000));
      case 4 -> "{\"" + Fuzz.text(random, 20).replaceAll("[\"\\\\]", "") + "\":1}";
      case 5 -> "\"" + Fuzz.text(random, 300).replaceAll("[\"\\\\]", "") + "\"";
      case 6 -> "\"\\uD800\"";
      case 7 -> "true";
      default -> "99999999999999999999";
    };
  }

  @Test
  void damagedHttpIsAnsweredOrEndsTheConnection() throws Exception {
    Fuzz.run(
        4_000,
        random -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          for (int i = random.nextInt(2); i >= 0; i--) {
            byte[] body = body(random);
            String head =
                Fuzz.oneOf(random, "GET ", "POST ", "PUT ")
                    + path(random)
                    + query(random)
                    + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    + Fuzz.oneOf(
                        random, "", "Expect: 100-continue\r\n", "Transfer-Encoding: chunked\r\n")
                    + String.join("\r\n", headers(random))
                    + "\r\nContent-Length: "
                    + body.length
                    + "\r\n\r\n";
            bytes.writeBytes(Fuzz.mutated(random, head));
            bytes.writeBytes(body);
          }
          RawHttp http = RawHttp.connect(frontend.endpoint());
          try {
            List<Integer> statuses = http.sayAll(bytes.toByteArray());
            assertThat(statuses)
                .allMatch(status -> status < 500 || MEANT.contains(status) || status == 505);
          } finally {
            http.abort();
          }
        });
  }

  @Test
  void noDamagedSignatureIsTaken() throws Exception {
    Fuzz.run(
        4_000,
        random -> {
          String date = TIME.format(Instant.now());
          String authorization =
              "AWS4-HMAC-SHA256 Credential=%s/%s/us-east-1/lambda/aws4_request, SignedHeaders=%s, Signature=%s"
                  .formatted(
                      OWN.accessKeyId(),
                      date.substring(0, 8),
                      Fuzz.oneOf(
                          random,
                          "host;x-amz-date;x-amz-security-token",
                          "host;host;;x-amz-date;x-amz-security-token;nothing",
                          "a-".repeat(random.nextInt(1_500))),
                      "%064x".formatted(random.nextLong() & Long.MAX_VALUE));
          List<String> headers = new ArrayList<>();
          headers.add("Authorization: " + header(random, authorization));
          headers.add("X-Amz-Date: " + header(random, date));
          headers.add("X-Amz-Security-Token: " + header(random, OWN.sessionToken()));
          headers.addAll(headers(random));
          String path = FUNCTIONS + "/f/invocations" + query(random);
          RawHttp.Answer answer;
          try {
            answer =
                connected(frontend.dataEndpoint())
                    .send("POST", path, body(random), headers.toArray(String[]::new));
          } catch (EOFException | SocketException e) {
            disconnect();
            return;
          }
          assertThat(answer.status()).as(answer.toString()).isBetween(400, 413);
          if (answer.header("connection").filter("close"::equalsIgnoreCase).isPresent()) {
            disconnect();
          }
        });
  }

  /** As it is, or damaged within what a header can hold. */
  private static String header(Random random, String value) {
    return random.nextBoolean()
        ? value
        : new String(Fuzz.mutated(random, value), StandardCharsets.ISO_8859_1)
            .replaceAll("[^\\x20-\\x7e]", "x");
  }
}
