package thaw.jail;

import java.util.List;

/** A set of IPv4 networks. */
final class Ipv4Networks {
  private final int[] addresses;
  private final int[] masks;

  /**
   * @param cidrs dotted quads with an optional prefix length, for example {@code 10.0.0.0/8}
   * @throws IllegalArgumentException if one is none of these
   */
  Ipv4Networks(List<String> cidrs) {
    addresses = new int[cidrs.size()];
    masks = new int[cidrs.size()];
    for (int i = 0; i < addresses.length; i++) {
      String cidr = cidrs.get(i);
      int slash = cidr.indexOf('/');
      int prefix = slash < 0 ? 32 : number(cidr.substring(slash + 1), 32, cidr);
      masks[i] = prefix == 0 ? 0 : -1 << (32 - prefix);
      addresses[i] = parse(slash < 0 ? cidr : cidr.substring(0, slash)) & masks[i];
    }
  }

  boolean contains(int address) {
    for (int i = 0; i < addresses.length; i++) {
      if ((address & masks[i]) == addresses[i]) {
        return true;
      }
    }
    return false;
  }

  /** A dotted quad as a number, most significant byte first. */
  static int parse(String quad) {
    String[] parts = quad.split("\\.", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException(
          "\"" + quad + "\" is not an IPv4 address such as 10.0.0.1");
    }
    int address = 0;
    for (String part : parts) {
      address = address << 8 | number(part, 255, quad);
    }
    return address;
  }

  private static int number(String text, int max, String whole) {
    if (text.matches("\\d{1,3}") && Integer.parseInt(text) <= max) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException(
        "\"" + whole + "\" is not an IPv4 network such as 10.0.0.0/8");
  }
}
