package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import thaw.model.InvocationTimings;
import thaw.model.LambdaException;

class SmallPartsTest {
  private static final String HASH = "ab".repeat(32);

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9000, 127.0.0.1, 9000",
    "127.0.0.2:0, 127.0.0.2, 0",
    "localhost:9000, 127.0.0.1, 9000",
    "[::1]:9000, 0:0:0:0:0:0:0:1, 9000",
  })
  void listensOnLoopback(String listen, String address, int port) {
    assertThat(ListenAddress.parse(listen).getAddress().getHostAddress()).isEqualTo(address);
    assertThat(ListenAddress.parse(listen).getPort()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0:9000", "[::]:9000", "192.168.1.1:9000", "8.8.8.8:80", "[fe80::1]:1"})
  void refusesAddressesThatOthersCanReach(String listen) {
    assertThatThrownBy(() -> ListenAddress.parse(listen))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(listen)
        .hasMessageContaining("not authenticated yet; use 127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "9000",
        ":9000",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "example.com:9000",
        "[::1:9000",
        "http://127.0.0.1:9000"
      })
  void refusesWhatIsNoAddress(String listen) {
    assertThatThrownBy(() -> ListenAddress.parse(listen))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not an address and a port");
  }

  @Test
  void aCodeLinkWorksUntilItExpires() {
    var now =
        new Object() {
          Instant instant = Instant.parse("2026-01-01T00:00:00Z");
        };
    InstantSource clock = () -> now.instant;
    var links = new CodeLinks(Duration.ofMinutes(10), clock);
    String link = links.link(HASH);
    assertThat(link).startsWith("/_thaw/code/" + HASH + "?expires=1767226200&signature=");
    String signature = link.substring(link.lastIndexOf('=') + 1);
    assertThatCode(() -> links.check(HASH, "1767226200", signature)).doesNotThrowAnyException();
    now.instant = now.instant.plusSeconds(601);
    assertThatThrownBy(() -> links.check(HASH, "1767226200", signature))
        .isInstanceOf(LambdaException.class)
        .hasMessageContaining("has expired");
  }

  @Test
  void aChangedCodeLinkIsRefused() {
    var links = new CodeLinks(Duration.ofMinutes(10), InstantSource.system());
    String link = links.link(HASH);
    String expires = link.replaceAll(".*expires=(\\d+).*", "$1");
    String signature = link.substring(link.lastIndexOf('=') + 1);
    for (String[] changed :
        new String[][] {
          {"cd".repeat(32), expires, signature},
          {HASH, expires + "0", signature},
          {HASH, "", ""},
          {HASH, expires, "zz"},
          {HASH, expires, signature.substring(2)},
          {
            HASH,
            expires,
            new CodeLinks(Duration.ofMinutes(10), InstantSource.system())
                .link(HASH)
                .replaceAll(".*signature=", "")
          },
        }) {
      assertThatThrownBy(() -> links.check(changed[0], changed[1], changed[2]))
          .isInstanceOf(LambdaException.class)
          .hasMessage("The link's signature is not valid");
    }
  }

  @Test
  void aClientContextIsAJsonObjectInBase64() {
    String json = "{\"client\":{\"a\":\"ü\"}}";
    assertThat(
            ClientContext.decode(
                Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{}", "not base64!", "bm9uc2Vuc2U=", "W10=", "e30gZQ==", "gA==", "eyI="})
  void whatIsNoClientContextIsRefused(String value) {
    assertThatThrownBy(() -> ClientContext.decode(value))
        .isInstanceOf(LambdaException.class)
        .hasMessage("Client context must be a valid Base64-encoded JSON object.");
  }

  @Test
  void aLongClientContextIsRefused() {
    assertThatThrownBy(() -> ClientContext.decode("A".repeat(3584)))
        .isInstanceOf(LambdaException.class)
        .hasMessageContaining("3583");
  }

  @Test
  void requestIdsAreRandomUuids() {
    UUID id = UUID.fromString(RequestIds.requestId());
    assertThat(id.version()).isEqualTo(4);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(RequestIds.requestId()).isNotEqualTo(id.toString());
    assertThat(RequestIds.traceId())
        .matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0");
  }

  @Test
  void timesAreToldToTheMicrosecond() {
    assertThat(Invocations.serverTiming(new InvocationTimings(0, 1_005, 12_345_678)))
        .isEqualTo("sandbox;dur=0.000, init;dur=1.005, handler;dur=12345.678");
  }

  @Test
  void largeBodiesShareABudget() {
    var budget = new BodyBudget(1024 * 1024);
    try (var first = budget.take(1024 * 1024)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> budget.take(100_000))
          .isInstanceOf(LambdaException.class)
          .hasMessageStartingWith("Rate Exceeded.");
      assertThatCode(() -> budget.take(64 * 1024).close()).doesNotThrowAnyException();
    }
    assertThatCode(() -> budget.take(1024 * 1024).close()).doesNotThrowAnyException();
  }
}
