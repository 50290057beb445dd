package thaw.jail;

import java.nio.ByteBuffer;

/**
 * Decides frame by frame what leaves a guest. passt makes host sockets out of whatever a guest
 * sends, loopback and link-local included; this is what stands between.
 */
public final class FrameFilter {
  private static final int ETHERNET_BYTES = 14;
  private static final int IPV4_BYTES_MIN = 20;
  private static final int TYPE_AT = 12;
  private static final int TYPE_IPV4 = 0x0800;
  private static final int TYPE_ARP = 0x0806;
  private static final int FRAGMENT_BITS = 0x3fff;
  private static final int UDP = 17;
  private static final int DNS_PORT = 53;
  private static final int GATEWAY = Ipv4Networks.parse(NetworkPolicy.GATEWAY);

  private final NetworkPolicy policy;

  /** Lets through what the policy allows. */
  public FrameFilter(NetworkPolicy policy) {
    this.policy = policy;
  }

  /**
   * Whether an Ethernet frame may go out: ARP and IPv4 to where the policy allows. Nothing else
   * (IPv6, VLAN tags) is spoken on the link.
   *
   * @param frames holds the frame; its position is left alone
   */
  public boolean allows(ByteBuffer frames, int at, int length) {
    if (length < ETHERNET_BYTES) {
      return false;
    }
    int type = Short.toUnsignedInt(frames.getShort(at + TYPE_AT));
    if (type == TYPE_ARP) {
      return true;
    }
    int ip = at + ETHERNET_BYTES;
    if (type != TYPE_IPV4 || length < ETHERNET_BYTES + IPV4_BYTES_MIN || frames.get(ip) >> 4 != 4) {
      return false;
    }
    int destination = frames.getInt(ip + 16);
    return destination == GATEWAY
        ? isDnsQuery(frames, ip, length - ETHERNET_BYTES)
        : !policy.denies(destination);
  }

  /** The gateway answers to nothing but DNS, which passt forwards to the host's resolver. */
  private static boolean isDnsQuery(ByteBuffer frames, int ip, int length) {
    int headerBytes = (frames.get(ip) & 0x0f) * 4;
    boolean whole = (frames.getShort(ip + 6) & FRAGMENT_BITS) == 0;
    return whole
        && frames.get(ip + 9) == UDP
        && headerBytes >= IPV4_BYTES_MIN
        && length >= headerBytes + 8
        && Short.toUnsignedInt(frames.getShort(ip + headerBytes + 2)) == DNS_PORT;
  }
}
