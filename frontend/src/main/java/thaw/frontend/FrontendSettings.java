package thaw.frontend;

import java.time.Duration;
import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** What can be set about the frontend. */
public record FrontendSettings(
    @Doc(
            "Address and port of the AWS Lambda API. Loopback addresses only, until requests are"
                + " authenticated. Port 0 takes a free one.")
        @Default("\"127.0.0.1:9000\"")
        String listen,
    @Doc("Most open connections; further ones wait to be accepted.")
        @Default("4096")
        @Range(min = "1", max = "65536")
        int maxConnections,
    @Doc("Most requests in progress at once; further ones are throttled.")
        @Default("1000")
        @Range(min = "1", max = "65536")
        int maxConcurrentRequests,
    @Doc("Largest head of a request: all its headers together.")
        @Default("16KiB")
        @Range(min = "1KiB", max = "1MiB")
        DataSize maxHeaders,
    @Doc("Memory for all request bodies above 64 KiB in progress; further ones are throttled.")
        @Default("256MiB")
        @Range(min = "160MiB")
        DataSize bodyMemory,
    @Doc("How long a connection may be silent, between requests or within one, before it is cut.")
        @Default("75s")
        @Range(min = "100ms", max = "1h")
        Duration idleTimeout,
    @Doc("How long the body of one request may take to arrive.")
        @Default("5m")
        @Range(min = "100ms", max = "1h")
        Duration bodyTimeout,
    @Doc("How long a link to a function's code, as GetFunction gives it, can be used.")
        @Default("10m")
        @Range(min = "1s", max = "1d")
        Duration codeLinkValidity,
    @Doc(
            "How long requests in progress may go on when the platform is told to end; what is left"
                + " then is cut.")
        @Default("2s")
        @Range(min = "0s", max = "15m")
        Duration shutdownGrace) {
  /**
   * Checks what the types cannot.
   *
   * @throws IllegalArgumentException if {@code listen} is no address, or not a loopback one
   */
  public FrontendSettings {
    var _ = ListenAddress.parse(listen);
  }
}
