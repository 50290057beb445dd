package thaw.cli.client;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A whole HTTP response.
 *
 * @param headers by lower-case name; of repeated ones the last
 */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes, compared by nobody
public record HttpAnswer(int status, Map<String, String> headers, byte[] body) {
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  public boolean successful() {
    return status >= 200 && status < 300;
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
