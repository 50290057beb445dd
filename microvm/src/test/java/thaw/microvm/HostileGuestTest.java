package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import thaw.guest.GuestImages;
import thaw.sandbox.RecordingListener;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;

class HostileGuestTest {
  @Test
  void garbageOnTheSerialPortEndsTheSandboxWithAReasonAndNothingElse() throws Exception {
    try (Fixture fixture = Fixture.create();
        MicrovmDriver driver = fixture.openDriver(hostile(fixture))) {
      List<String> before = fixture.hostState.everything();
      SandboxSpec spec =
          new SandboxSpec(Fixture.RUNTIME, fixture.codeImage("hello", "hello"), 128, 512, false);

      assertThatThrownBy(() -> driver.start(spec, new RecordingListener()))
          .isInstanceOf(SandboxException.class)
          .hasMessageContaining("the guest did not come up")
          .hasMessageContaining("agent");
      assertThat(fixture.hostState.everything()).isEqualTo(before);
    }
  }

  /** The images with another program in the agent's place. */
  private static GuestImages hostile(Fixture fixture) throws IOException {
    GuestImages images = fixture.images();
    Path tree = Files.createDirectory(fixture.directory.resolve("initramfs"));
    Path init = TestProgram.compile("hostile", fixture.directory);
    Path repacked = fixture.directory.resolve("initramfs.cpio");
    shell(
        tree,
        "cpio --quiet -idm < " + images.initramfs() + " && rm -f init && cp " + init + " init");
    shell(tree, "find . | cpio --quiet -o -H newc > " + repacked);
    // As the real one: at this place above a page it does not overlap the ACPI tables.
    long pages = Files.size(repacked) / 4096 + 1;
    try (RandomAccessFile f = new RandomAccessFile(repacked.toFile(), "rw")) {
      f.setLength(pages * 4096 + 512);
    }
    return new GuestImages(
        images.kernel(), repacked, images.root(), images.runtimes(), images.identity());
  }

  private static void shell(Path directory, String script) throws IOException {
    Command.run(
        Duration.ofMinutes(1), List.of("/bin/sh", "-c", "cd " + directory + " && " + script));
  }
}
