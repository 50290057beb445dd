package thaw.agent;

/**
 * IPv4 configuration of the guest's NIC.
 *
 * @param address dotted quad
 * @param prefixLength of the subnet, 0 to 32
 * @param gateway dotted quad of the default route
 * @param resolver dotted quad for /etc/resolv.conf
 */
public record GuestNetwork(String address, int prefixLength, String gateway, String resolver) {
  private static final int MAX_PREFIX_LENGTH = 32;

  /**
   * @throws IllegalArgumentException if one of them is not what it should be
   */
  public GuestNetwork {
    Ipv4.parse(address);
    Ipv4.parse(gateway);
    Ipv4.parse(resolver);
    if (prefixLength < 0 || prefixLength > MAX_PREFIX_LENGTH) {
      throw new IllegalArgumentException("prefix length " + prefixLength + " is not 0 to 32");
    }
  }
}
