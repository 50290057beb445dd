package thaw.frontend;

import io.helidon.http.Header;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a signature covers of a request beside its payload, all as it came over the wire.
 *
 * @param path not decoded
 * @param query not decoded, without the question mark
 * @param headers values by lower-case name
 */
record SignedHead(String method, String path, String query, Map<String, List<String>> headers) {
  static SignedHead of(ServerRequest request) {
    var prologue = request.prologue();
    Map<String, List<String>> headers = new TreeMap<>();
    for (Header header : request.headers()) {
      headers.put(header.name().toLowerCase(Locale.ROOT), List.copyOf(header.allValues()));
    }
    return new SignedHead(
        prologue.method().text(),
        prologue.uriPath().rawPath(),
        prologue.query().rawValue(),
        headers);
  }

  /** The values of a header as they are signed; empty if it is not there. */
  String value(String name) {
    return String.join(
        ",",
        headers.getOrDefault(name, List.of()).stream()
            .map(value -> value.strip().replaceAll(" +", " "))
            .toList());
  }
}
