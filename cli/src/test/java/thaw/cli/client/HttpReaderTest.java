package thaw.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpReaderTest {
  private static HttpAnswer read(String text) throws IOException {
    return new HttpReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)))
        .read();
  }

  @Test
  void readsABodyOfKnownLength() throws IOException {
    HttpAnswer answer = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello more");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("hello");
    assertThat(answer.header("x-a")).contains("b");
  }

  @Test
  void readsABodyInChunks() throws IOException {
    String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertThat(read(head + "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nT: x\r\n\r\n").text())
        .isEqualTo("hello!");
  }

  @Test
  void readsABodyUpToTheEnd() throws IOException {
    assertThat(read("HTTP/1.0 500 No\n\nall of it").text()).isEqualTo("all of it");
  }

  @Test
  void noContentHasNoBody() throws IOException {
    assertThat(read("HTTP/1.1 204 No Content\r\n\r\n").body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      })
  void refusesWhatIsNoWholeAnswer(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("null");
  }

  @Test
  void endlessHeadersAndLinesAreBounded() {
    assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(1000) + "\r\n"))
        .hasMessageContaining("headers");
    assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\na: " + "x".repeat(100_000)))
        .hasMessageContaining("longer than");
  }
}
