package thaw.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The runtime's life from START to EXITED, on the real agent. */
class RuntimeTest {
  private static final int EBUSY = 16;
  private static final int ENOENT = 2;

  private final RecordingListener listener = new RecordingListener();
  private TestAgent agent;
  private AgentConnection connection;

  @BeforeEach
  void connect() throws IOException {
    agent = TestAgent.start();
    connection = AgentConnection.open(agent.channel(), listener);
    connection.awaitHello(Duration.ofSeconds(20));
  }

  @AfterEach
  void agentIsHealthy() throws Exception {
    try (TestAgent ending = agent) {
      connection.close();
      assertThat(ending.exitCode()).isZero();
      assertThat(ending.log()).isEmpty();
    }
  }

  @Test
  void greetsWithItsVersionAndBuild() throws IOException {
    assertThat(connection.awaitHello(Duration.ZERO))
        .isEqualTo(new AgentHello(Protocol.VERSION, "unknown"));
  }

  @Test
  void answersTheCallsThatPrepareAGuest() throws IOException {
    connection.setClock();
    connection.reseed(new byte[32]);
    connection.setIdentity(
        new GuestIdentity("sandbox-1", "0123456789abcdef".repeat(2), UUID.randomUUID()));
    connection.configureNetwork(new GuestNetwork("10.0.2.15", 24, "10.0.2.2", "10.0.2.3"));
    connection.mountDisks(EnumSet.of(GuestDisk.ROOT));
    connection.mountDisks();
    connection.ping();
  }

  @Test
  void carriesOutputAndTheExitCode() throws Exception {
    start("echo out; echo err >&2; exit 3");
    assertThat(Streams.readText(listener.output())).isEqualTo("out\n");
    assertThat(Streams.readText(listener.output())).isEqualTo("err\n");
    assertThat(listener.exit()).isEqualTo(new ExitStatus(3, 0, false));
  }

  @Test
  void givesTheProcessItsArgumentsEnvironmentAndDirectory() throws Exception {
    connection.startRuntime(
        new RuntimeProcess(
            List.of("/bin/sh", "-c", "echo \"$1 $NAME $PWD\"; ulimit -n; ulimit -c", "x", "é"),
            Map.of("NAME", "Ada Ω"),
            "/usr",
            1 << 20,
            10));
    assertThat(Streams.readText(listener.output())).isEqualTo("é Ada Ω /usr\n1024\n0\n");
  }

  @Test
  void givesTheProcessNoDescriptorsButTheStandardOnes() throws Exception {
    start("ls /proc/self/fd; cat");
    // 3 is ls's own; cat ends at once, for stdin is /dev/null.
    assertThat(Streams.readText(listener.output())).isEqualTo("0\n1\n2\n3\n");
  }

  @Test
  void reportsTheSignalThatEndedTheProcess() throws Exception {
    start("kill -SEGV $$");
    close(listener.output());
    assertThat(listener.exit()).isEqualTo(new ExitStatus(-1, 11, false));
  }

  @Test
  void reportsTheExitAfterTheLastByteOfOutput() throws Exception {
    start("head -c 3000000 /dev/zero; echo end");
    AgentStream out = listener.output();
    assertThat(Streams.read(out, 100_000)).hasSize(100_000);
    connection.ping();
    assertThat(listener.exitedAlready()).isFalse();
    assertThat(Streams.readAll(out)).hasSize(2_900_004);
    assertThat(listener.exit().code()).isZero();
  }

  @Test
  void anEndlessWriterIsHeldBackAndCanBeKilled() throws Exception {
    start("exec yes");
    AgentStream out = listener.output();
    for (int i = 0; i < 20; i++) {
      connection.ping(); // the agent lives on while the stream has no credit
    }
    assertThat(Streams.read(out, 1_000_000)).hasSize(1_000_000);
    connection.killRuntime();
    assertThat(Streams.readAll(out).length).isLessThan(500_000);
    assertThat(listener.exit()).isEqualTo(new ExitStatus(-1, 9, false));
  }

  @Test
  void killsWhatTheMainProcessLeavesBehind() throws Exception {
    start("sleep 1000 & sleep 1000 & echo $!");
    assertThat(Streams.readText(listener.output())).matches("\\d+\n");
    assertThat(listener.exit().code()).isZero();
  }

  @Test
  void startsAgainAfterTheExit() throws Exception {
    for (int i = 0; i < 40; i++) {
      start("echo " + i + "; exit " + i);
      AgentStream out = listener.output();
      AgentStream err = listener.output();
      assertThat(Streams.readText(out)).isEqualTo(i + "\n");
      assertThat(listener.exit().code()).isEqualTo(i);
      out.close();
      err.close();
    }
  }

  @Test
  void refusesASecondRuntime() throws Exception {
    start("exec sleep 1000");
    assertThatThrownBy(() -> start("true"))
        .isInstanceOfSatisfying(
            AgentCallException.class, e -> assertThat(e.errno()).isEqualTo(EBUSY));
    connection.killRuntime();
    assertThat(listener.exit().signal()).isEqualTo(9);
  }

  @Test
  void saysWhichProgramIsMissingAndGoesOn() throws Exception {
    RuntimeProcess missing =
        new RuntimeProcess(List.of("/no/such/program"), Map.of(), "/", 1 << 20, 10);
    assertThatThrownBy(() -> connection.startRuntime(missing))
        .isInstanceOfSatisfying(
            AgentCallException.class, e -> assertThat(e.errno()).isEqualTo(ENOENT))
        .hasMessageContaining("/no/such/program");
    start("exit 5");
    assertThat(listener.exit().code()).isEqualTo(5);
  }

  @Test
  void freezesAndThaws() throws Exception {
    start("while :; do echo x; sleep 0.01; done");
    AgentStream out = listener.output();
    Streams.read(out, 2);
    connection.freeze();
    connection.thaw();
    Streams.read(out, 200);
    connection.killRuntime();
    listener.exit();
  }

  @Test
  void limitsAreForARuntimeThatIsThere() throws Exception {
    assertThatThrownBy(() -> connection.setLimits(1 << 20, 10))
        .isInstanceOf(AgentCallException.class)
        .hasMessageContaining("no runtime");
    start("exec sleep 100");
    connection.setLimits(1 << 20, 10);
    connection.killRuntime();
  }

  @Test
  void killingNothingIsNoError() throws IOException {
    connection.killRuntime();
    connection.freeze();
    connection.thaw();
    assertThat(connection.peakMemoryBytes()).isPositive();
  }

  @Test
  void closingAnOutputStreamBreaksTheWritersPipe() throws Exception {
    start("trap '' PIPE; exec 2>/dev/null; while echo x; do :; done; exit 7");
    close(listener.output());
    assertThat(listener.exit().code()).isEqualTo(7);
  }

  @Test
  void outputHasNoWayToTheGuest() throws Exception {
    start("exec sleep 1000");
    AgentStream out = listener.output();
    out.shutdownOutput();
    assertThatThrownBy(() -> out.write(ByteBuffer.wrap(new byte[1])))
        .hasMessageContaining("no way to the guest");
    connection.ping();
  }

  @Test
  void refusesArgumentsThatDoNotFitIntoAFrame() {
    Map<String, String> environment = Map.of("BIG", "x".repeat(70_000));
    RuntimeProcess big = new RuntimeProcess(List.of("/bin/true"), environment, "/", 1 << 20, 10);
    assertThatThrownBy(() -> connection.startRuntime(big)).hasMessageContaining("START with 70");
  }

  @Test
  void refusesNulCharacters() {
    RuntimeProcess nul = new RuntimeProcess(List.of("/bin/true", "a\0b"), Map.of(), "/", 1, 10);
    assertThatThrownBy(() -> connection.startRuntime(nul))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NUL");
  }

  private void start(String script) throws IOException {
    connection.startRuntime(
        new RuntimeProcess(List.of("/bin/sh", "-c", script), Map.of(), "/", 1 << 20, 100));
  }

  private static void close(AgentStream stream) {
    stream.close();
  }
}
