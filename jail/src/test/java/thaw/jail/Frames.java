package thaw.jail;

import java.nio.ByteBuffer;

/** Ethernet frames as a guest would send them. */
final class Frames {
  private static final int ETHERNET_BYTES = 14;
  private static final int IPV4_BYTES = 20;
  private static final int TCP_BYTES = 20;
  private static final int UDP_BYTES = 8;
  private static final int ARP_BYTES = 28;
  private static final long GUEST_MAC = 0x025448415701L;
  private static final long BROADCAST = 0xffffffffffffL;
  private static final int GUEST = Ipv4Networks.parse(NetworkPolicy.GUEST_ADDRESS);

  private Frames() {}

  /** Asks who has the gateway's address. */
  static ByteBuffer arp() {
    ByteBuffer frame = ethernet(0x0806, ARP_BYTES);
    frame.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
    frame.putShort((short) 1);
    putMac(frame, GUEST_MAC).putInt(GUEST);
    putMac(frame, 0).putInt(Ipv4Networks.parse(NetworkPolicy.GATEWAY));
    return frame.flip();
  }

  /** The first packet of a TCP connection. */
  static ByteBuffer syn(String destination, int port) {
    ByteBuffer frame = ipv4(destination, 6, TCP_BYTES);
    int tcp = frame.position();
    frame.putShort((short) 40_000).putShort((short) port).putInt(1_000).putInt(0);
    frame.put((byte) (5 << 4)).put((byte) 2).putShort((short) 65_000).putShort((short) 0);
    frame.putShort((short) 0).flip();
    int pseudo = 6 + TCP_BYTES + words(frame, tcp - 8, 8);
    frame.putShort(tcp + 16, checksum(pseudo + words(frame, tcp, TCP_BYTES)));
    return frame;
  }

  static ByteBuffer udp(String destination, int port) {
    ByteBuffer frame = ipv4(destination, 17, UDP_BYTES);
    frame.putShort((short) 40_000).putShort((short) port);
    frame.putShort((short) UDP_BYTES).putShort((short) 0);
    return frame.flip();
  }

  static ByteBuffer ofType(int etherType, int payloadBytes) {
    ByteBuffer frame = ethernet(etherType, payloadBytes);
    return frame.position(frame.limit()).flip();
  }

  private static ByteBuffer ipv4(String destination, int protocol, int payloadBytes) {
    ByteBuffer frame = ethernet(0x0800, IPV4_BYTES + payloadBytes);
    int ip = frame.position();
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (IPV4_BYTES + payloadBytes));
    frame.putShort((short) 1).putShort((short) 0x4000).put((byte) 64).put((byte) protocol);
    frame.putShort((short) 0).putInt(GUEST).putInt(Ipv4Networks.parse(destination));
    frame.putShort(ip + 10, checksum(words(frame, ip, IPV4_BYTES)));
    return frame;
  }

  private static ByteBuffer ethernet(int type, int payloadBytes) {
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET_BYTES + payloadBytes);
    putMac(frame, BROADCAST);
    return putMac(frame, GUEST_MAC).putShort((short) type);
  }

  private static ByteBuffer putMac(ByteBuffer frame, long mac) {
    return frame.putShort((short) (mac >> 32)).putInt((int) mac);
  }

  private static int words(ByteBuffer bytes, int at, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += Short.toUnsignedInt(bytes.getShort(at + i));
    }
    return sum;
  }

  private static short checksum(int sum) {
    int folded = (sum & 0xffff) + (sum >>> 16);
    return (short) ~((folded & 0xffff) + (folded >>> 16));
  }
}
