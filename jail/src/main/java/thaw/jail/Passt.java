package thaw.jail;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A passt process: turns a guest's frames into ordinary sockets of the host, without privileges,
 * under a user id of its own. It ends with its only connection, which this process holds: so it
 * also ends when this process is killed.
 *
 * @param process in the foreground, so that it is our child
 * @param frames the link
 */
public record Passt(Process process, SocketChannel frames) implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Path ROUTES = Path.of("/proc/net/route");

  /** The gateway's hardware address as the guest sees it, the same on every host. */
  private static final String GATEWAY_MAC = "02:54:48:41:57:02";

  /**
   * Starts passt.
   *
   * @param dial the compiled {@link NativeTool#DIAL}
   * @param socket where it connects to us
   */
  public static Passt start(Path dial, Path socket, int uid) throws IOException {
    List<String> command = new ArrayList<>(List.of(dial.toString(), socket.toString()));
    command.addAll(arguments(uid, outboundInterface()));
    try (OneConnection one = OneConnection.listen(socket, uid)) {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      Tail output = Tail.of(process.getInputStream());
      var _ = process.onExit().thenRun(one::close);
      try {
        return new Passt(process, Awaiting.result(one.accepted(), TIMEOUT, "passt's connection"));
      } catch (IOException e) {
        process.destroyForcibly();
        throw new IOException("passt did not start: " + output.text(), e);
      }
    }
  }

  static List<String> arguments(int uid, Optional<String> outboundInterface) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "/usr/bin/passt",
                "--foreground",
                "--quiet",
                "--fd",
                "3",
                "--runas",
                uid + ":" + uid,
                "--ipv4-only",
                "--address",
                NetworkPolicy.GUEST_ADDRESS,
                "--netmask",
                Integer.toString(NetworkPolicy.PREFIX_LENGTH),
                "--gateway",
                NetworkPolicy.GATEWAY,
                "--mac-addr",
                GATEWAY_MAC,
                "--dns-forward",
                NetworkPolicy.GATEWAY,
                "--no-map-gw",
                "--no-dhcp",
                "--no-dhcpv6",
                "--no-ndp",
                "--no-ra",
                "--tcp-ports",
                "none",
                "--udp-ports",
                "none"));
    outboundInterface.ifPresent(name -> arguments.addAll(List.of("--interface", name)));
    return arguments;
  }

  /** passt wants an interface to look at and finds it by the default route; else we name one. */
  private static Optional<String> outboundInterface() throws IOException {
    try (var routes = Files.lines(ROUTES)) {
      if (routes.anyMatch(line -> line.matches("\\S+\\s+00000000\\s.*"))) {
        return Optional.empty();
      }
    }
    for (NetworkInterface candidate : NetworkInterface.networkInterfaces().toList()) {
      if (candidate.isUp()
          && !candidate.isLoopback()
          && candidate.inetAddresses().anyMatch(Inet4Address.class::isInstance)) {
        return Optional.of(candidate.getName());
      }
    }
    throw new IOException(
        "this host has no network interface with an IPv4 address besides loopback; "
            + "start Thaw without network for functions");
  }

  /** Ends it and waits for its end. */
  @Override
  public void close() throws IOException {
    frames.close();
    try {
      if (!process.waitFor(1, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
