package thaw.jail;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.agent.GuestNetwork;

/**
 * Where guests may not go: this host itself, whatever address it is called by, link-local services
 * such as a cloud's metadata, and what the operator adds. The host's addresses change while it
 * runs, so they are looked up again from time to time.
 */
public final class NetworkPolicy {
  private static final Logger log = LoggerFactory.getLogger(NetworkPolicy.class);

  /** The guest's side of the link, as in Lambda a link-local one: it hides no real network. */
  public static final String GUEST_ADDRESS = "169.254.100.2";

  static final int PREFIX_LENGTH = 30;
  public static final String GATEWAY = "169.254.100.1";

  /** "This host" (Linux takes 0.0.0.0 for loopback), loopback, link-local, multicast, reserved. */
  private static final List<String> ALWAYS_DENIED =
      List.of(
          "0.0.0.0/8",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "224.0.0.0/4",
          "240.0.0.0/4",
          // Metadata services that are not link-local: Alibaba's and Oracle's clouds.
          "100.100.100.200",
          "192.0.0.192");

  private static final long REFRESH_NANOS = Duration.ofSeconds(5).toNanos();
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  private final List<String> denied;
  private volatile Snapshot snapshot;

  private record Snapshot(Ipv4Networks denied, long takenNanos) {}

  /**
   * A policy.
   *
   * @param alsoDenied networks in CIDR notation
   */
  public NetworkPolicy(List<String> alsoDenied) {
    denied = new ArrayList<>(ALWAYS_DENIED);
    denied.addAll(alsoDenied);
    snapshot = look();
  }

  /** Whether packets to this address are dropped. */
  public boolean denies(int address) {
    Snapshot current = snapshot;
    if (System.nanoTime() - current.takenNanos > REFRESH_NANOS) {
      current = look();
      snapshot = current;
    }
    return current.denied.contains(address);
  }

  /** How a guest's NIC is configured. */
  public GuestNetwork guestNetwork() {
    return new GuestNetwork(
        GUEST_ADDRESS, PREFIX_LENGTH, GATEWAY, hostResolver(RESOLV_CONF).orElse(GATEWAY));
  }

  /** The host's resolver, if a guest can use it as it is; else the gateway forwards to it. */
  public Optional<String> hostResolver(Path resolvConf) {
    try (var lines = Files.lines(resolvConf)) {
      return lines
          .map(String::strip)
          .filter(line -> line.matches("nameserver\\s+\\d+\\.\\d+\\.\\d+\\.\\d+"))
          .map(line -> line.substring("nameserver".length()).strip())
          .findFirst()
          .filter(address -> !denies(Ipv4Networks.parse(address)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Snapshot look() {
    List<String> networks = new ArrayList<>(denied);
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(Inet4Address.class::isInstance)
          .forEach(address -> networks.add(address.getHostAddress()));
    } catch (IOException e) {
      log.warn("cannot list this host's addresses; those known before stay denied", e);
      return new Snapshot(snapshot.denied, System.nanoTime());
    }
    return new Snapshot(new Ipv4Networks(networks), System.nanoTime());
  }
}
