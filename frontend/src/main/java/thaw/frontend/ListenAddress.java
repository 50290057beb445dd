package thaw.frontend;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where to listen, as an operator writes it: {@code 127.0.0.1:9000}, {@code [::1]:9000}. */
final class ListenAddress {
  private ListenAddress() {}

  /**
   * @throws IllegalArgumentException if it is no address, or one that others can reach: requests
   *     are not authenticated yet
   */
  static InetSocketAddress parse(String listen) {
    int colon = listen.lastIndexOf(':');
    if (colon < 1) {
      throw invalid(listen);
    }
    String host = listen.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    InetAddress address;
    int port;
    try {
      port = Integer.parseInt(listen.substring(colon + 1));
      // Only literals and localhost: what a name means may change after it was checked.
      address = InetAddress.ofLiteral(host.equals("localhost") ? "127.0.0.1" : host);
    } catch (IllegalArgumentException e) {
      throw invalid(listen);
    }
    if (port < 0 || port > 65_535) {
      throw invalid(listen);
    }
    if (!address.isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "listen = \""
              + listen
              + "\": this address can be reached from other machines, and requests are not"
              + " authenticated yet; use 127.0.0.1, [::1] or localhost");
    }
    return new InetSocketAddress(address, port);
  }

  private static IllegalArgumentException invalid(String listen) {
    return new IllegalArgumentException(
        "listen = \"" + listen + "\" is not an address and a port, like 127.0.0.1:9000");
  }
}
