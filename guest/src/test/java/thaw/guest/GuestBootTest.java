package thaw.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import thaw.agent.AgentConnection;
import thaw.agent.AgentSource;
import thaw.agent.AgentStream;
import thaw.agent.ExitStatus;
import thaw.agent.RuntimeProcess;

/** The images that Thaw's own recipe makes, booted. They are built first if they are not there. */
final class GuestBootTest {
  private static final Duration BOOT_TIMEOUT = Duration.ofSeconds(60);

  private static GuestImages images;

  @TempDir private Path directory;

  @BeforeAll
  static void findOrBuildImages() {
    GuestSettings settings =
        new GuestSettings(Path.of("/var/cache/thaw"), Optional.empty(), Optional.empty());
    images =
        new GuestImageBuilder(settings)
            .build(Set.of("python3.13", "provided.al2023"), BuildProgress.NONE);
  }

  /** Sizes below and above 2 GiB, where the end of low memory lies elsewhere. */
  @ParameterizedTest
  @ValueSource(ints = {192, 2_200, 4_500})
  void theAgentGreetsWhateverTheMemorySize(int memoryMebibytes) throws Exception {
    try (TestVm vm = TestVm.start(images, memoryMebibytes, directory, disks("python3.13"));
        AgentConnection agent = AgentConnection.open(vm.port(), new Listener())) {
      assertThat(agent.awaitHello(BOOT_TIMEOUT).build())
          .as(() -> "console:\n" + consoleOf(vm))
          .isEqualTo(AgentSource.GUEST.hash());
      agent.powerOff();
      assertThat(vm.awaitEnd(20)).isTrue();
    }
  }

  @Test
  void pythonFindsItsModulesCompiledAndBoto3() throws Exception {
    String program =
        """
        import sys, ssl, sqlite3, ctypes, bz2, lzma, zoneinfo, decimal, uuid, json, boto3, botocore.session
        stale = [m for m, v in sys.modules.items() if getattr(v, '__cached__', None)
                 and not __import__('os').path.exists(v.__cached__)]
        assert not stale, stale
        context = ssl.create_default_context()
        assert zoneinfo.ZoneInfo('Europe/Berlin')
        assert boto3.client('s3', region_name='eu-west-1', aws_access_key_id='a', aws_secret_access_key='b')
        print('python', '.'.join(map(str, sys.version_info[:2])), 'ok')
        """;

    Output output =
        run("python3.13", List.of("/var/lang/bin/python3.13", "-B", "-c", program), "/var/task");

    assertThat(output.text()).isEqualTo("python 3.13 ok\n");
    assertThat(output.exit()).isEqualTo(new ExitStatus(0, 0, false));
  }

  @Test
  void aShellBootstrapFindsWhatAwsHas() throws Exception {
    String script =
        """
        set -e
        for tool in bash curl sed grep awk find xargs tar gzip cat head date cut tr sort env; do
          command -v $tool > /dev/null || echo "no $tool"
        done
        test "$(id -un)" = sbx_user1051
        test -d /var/runtime -a -d /var/task -a -d /opt -a -d /var/lang/bin
        test -s /etc/pki/tls/certs/ca-bundle.crt
        openssl verify -CApath /etc/ssl/certs /usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt
        ldconfig -p | grep -c libssl.so.3
        grep -c ^libc6= /etc/thaw/packages
        TZ=Asia/Tokyo date -d @0 +%H
        """;

    Output output = run("provided.al2023", List.of("/bin/sh", "-c", script), "/var/task");

    assertThat(output.text())
        .isEqualTo("/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt: OK\n1\n1\n09\n");
    assertThat(output.exit()).isEqualTo(new ExitStatus(0, 0, false));
  }

  private record Output(String text, ExitStatus exit) {}

  private Output run(String runtime, List<String> command, String workingDirectory)
      throws Exception {
    Listener listener = new Listener();
    try (TestVm vm = TestVm.start(images, 512, directory, disks(runtime));
        AgentConnection agent = AgentConnection.open(vm.port(), listener)) {
      agent.awaitHello(BOOT_TIMEOUT);
      agent.setClock();
      agent.reseed(new byte[32]);
      agent.mountDisks();
      agent.startRuntime(
          new RuntimeProcess(
              command,
              Map.of("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/opt/bin"),
              workingDirectory,
              256L << 20,
              1_024));
      String text = readAll(listener.outputs.poll(20, TimeUnit.SECONDS));
      text += readAll(listener.outputs.poll(20, TimeUnit.SECONDS));
      return new Output(text, listener.exit.get(60, TimeUnit.SECONDS));
    }
  }

  private List<TestVm.Disk> disks(String runtime) throws IOException {
    Path code = directory.resolve("code.erofs");
    Path tmp = directory.resolve("tmp.ext4");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    Erofs.make(empty, code);
    try (var file = new java.io.RandomAccessFile(tmp.toFile(), "rw")) {
      file.setLength(64 << 20);
    }
    new Tool("mkfs.ext4", "e2fsprogs").run(directory, List.of("-q", tmp.toString()));
    Path blank = Files.write(directory.resolve("opt"), new byte[1 << 16]);
    return List.of(
        new TestVm.Disk("root", images.root(), true),
        new TestVm.Disk("runtime", images.runtimes().getOrDefault(runtime, blank), true),
        new TestVm.Disk("code", code, true),
        new TestVm.Disk("opt", blank, true),
        new TestVm.Disk("tmp", tmp, false));
  }

  private static String readAll(AgentStream stream) throws IOException {
    try (stream) {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      while (buffer.hasRemaining() && stream.read(buffer) >= 0) {}
      return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
    }
  }

  private static String consoleOf(TestVm vm) {
    try {
      return vm.console();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static final class Listener implements AgentConnection.Listener {
    private final BlockingQueue<AgentStream> outputs = new LinkedBlockingQueue<>();
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

    @Override
    public void connectionOpened(AgentStream stream) {
      stream.close();
    }

    @Override
    public void outputOpened(AgentStream output) {
      outputs.add(output);
    }

    @Override
    public void runtimeExited(ExitStatus status) {
      exit.complete(status);
    }

    @Override
    public void closed(String reason) {
      exit.completeExceptionally(new IOException(reason));
    }
  }
}
