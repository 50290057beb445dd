package thaw.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import thaw.jail.NetworkPolicy;
import thaw.jail.TestNetwork;
import thaw.sandbox.Guest;

class ContainerNetworkTest {
  @Test
  void aContainerReachesTheWorldButNotItsHost() throws Exception {
    try (Fixture fixture = Fixture.create();
        TestNetwork network = TestNetwork.open(fixture.directory);
        ServerSocketChannel control = ServerSocketChannel.open().bind(new InetSocketAddress(0));
        ContainerDriver driver = fixture.openDriver();
        Guest guest = Guest.start(driver, fixture.spec(fixture.codeImage(), true))) {
      assertThat(network).isNotNull();

      assertThat(guest.run(connect(TestNetwork.SERVER, TestNetwork.PORT)).output())
          .contains("hello");

      // Were a packet let through, the kernel would answer it here: this server listens on all.
      control.configureBlocking(false);
      int port = ((InetSocketAddress) control.getLocalAddress()).getPort();
      String attempts =
          String.join(
              " ",
              List.of(
                  connect(NetworkPolicy.GATEWAY, port) + " &",
                  connect(TestNetwork.HOST_SIDE, port) + " &",
                  connect("127.0.0.1", port) + " &",
                  connect("0.0.0.0", port) + " &",
                  connect("169.254.169.254", 80) + " &",
                  "wait"));
      assertThat(guest.run(attempts).output()).doesNotContain("connected");
      assertThat(control.accept()).isNull();
    }
  }

  private static String connect(String address, int port) {
    return "timeout 3 bash -c 'exec 3<>/dev/tcp/%s/%d && echo connected && cat <&3'"
        .formatted(address, port);
  }
}
