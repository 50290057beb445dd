package thaw.jail;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameFilterTest {
  private final FrameFilter filter =
      new FrameFilter(new NetworkPolicy(List.of("10.1.0.0/16", "192.0.2.77")));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.100.1",
        "169.254.100.2", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "10.1.2.3",
        "192.0.2.77", "100.100.100.200", "192.0.0.192"
      })
  void theHostAndLinkLocalServicesAreOutOfReach(String address) {
    assertThat(allows(Frames.syn(address, 80))).isFalse();
    assertThat(allows(Frames.udp(address, 123))).isFalse();
  }

  @Test
  void theHostsOwnAddressesAreOutOfReach() throws Exception {
    List<String> own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(Inet4Address.class::isInstance)
            .map(InetAddress::getHostAddress)
            .toList();

    assertThat(own).isNotEmpty();
    assertThat(own).noneMatch(address -> allows(Frames.syn(address, 80)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"198.51.100.7", "10.2.0.1", "192.0.2.78", "126.255.255.255", "1.1.1.1"})
  void theRestOfTheWorldIsWithinReach(String address) {
    assertThat(allows(Frames.syn(address, 443))).isTrue();
    assertThat(allows(Frames.udp(address, 53))).isTrue();
  }

  @Test
  void theGatewayTakesDnsQueriesOnly() {
    assertThat(allows(Frames.udp(NetworkPolicy.GATEWAY, 53))).isTrue();
    assertThat(allows(Frames.udp(NetworkPolicy.GATEWAY, 54))).isFalse();
    assertThat(allows(Frames.syn(NetworkPolicy.GATEWAY, 53))).isFalse();

    ByteBuffer fragment = Frames.udp(NetworkPolicy.GATEWAY, 53);
    fragment.putShort(14 + 6, (short) 0x2001);
    assertThat(allows(fragment)).isFalse();
    ByteBuffer longHeader = Frames.udp(NetworkPolicy.GATEWAY, 53);
    longHeader.put(14, (byte) 0x4f);
    assertThat(allows(longHeader)).isFalse();
  }

  @Test
  void onlyArpAndIpv4AreSpoken() {
    assertThat(allows(Frames.arp())).isTrue();
    assertThat(allows(Frames.ofType(0x86dd, 40))).isFalse();
    assertThat(allows(Frames.ofType(0x8100, 60))).isFalse();
    assertThat(allows(Frames.ofType(0x0800, 19))).isFalse();
    ByteBuffer ipv6InIpv4Type = Frames.syn("1.1.1.1", 80);
    ipv6InIpv4Type.put(14, (byte) 0x65);
    assertThat(allows(ipv6InIpv4Type)).isFalse();
  }

  @Test
  void framesOfAnyLengthAndContentAreDecidedWithoutFailing() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      if (bytes.length > 13 && random.nextBoolean()) {
        bytes[12] = 8;
        bytes[13] = 0;
      }
      ByteBuffer frame = ByteBuffer.wrap(bytes);
      boolean allowed = allows(frame);
      if (allowed && bytes.length > 33 && bytes[13] == 0) {
        assertThat(frame.get(30)).as("seed %d", seed).isNotIn((byte) 0, (byte) 127, (byte) 224);
      }
    }
  }

  private boolean allows(ByteBuffer frame) {
    return filter.allows(frame, 0, frame.limit());
  }
}
