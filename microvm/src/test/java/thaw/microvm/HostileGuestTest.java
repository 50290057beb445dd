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
import thaw.jail.Command;
import thaw.jail.TestProgram;
import thaw.sandbox.RecordingListener;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;

class HostileGuestTest {
  @Test
  void garbageOnTheSerialPortEndsTheSandboxWithAReasonAndNothingElse() throws Exception {
    try (Fixture fixture = Fixture.create()) {
      GuestImages images = hostile(fixture);
      // Taken over since: when it was new it booted.
      images.markBootTested();
      try (MicrovmDriver driver = fixture.openDriver(images)) {
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
  }

  @Test
  void newImagesThatDoNotBootAreRefusedAndNothingIsLeft() throws Exception {
    try (Fixture fixture = Fixture.create()) {
      GuestImages images = hostile(fixture);

      assertThatThrownBy(() -> fixture.openDriver(images))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the guest did not come up");

      assertThat(images.bootTested()).isFalse();
      assertThat(fixture.hostState.everything()).isEmpty();
    }
  }

  @Test
  void newImagesAreBootedOnceBeforeTheyAreUsed() throws Exception {
    try (Fixture fixture = Fixture.create()) {
      GuestImages images = withInitramfs(fixture, fixture.images().initramfs());
      assertThat(images.bootTested()).isFalse();

      fixture.openDriver(images).close();

      assertThat(images.bootTested()).isTrue();
    }
  }

  /** The images with another program in the agent's place. */
  private static GuestImages hostile(Fixture fixture) throws IOException {
    GuestImages images = fixture.images();
    Path tree = Files.createDirectory(fixture.directory.resolve("initramfs"));
    Path init = TestProgram.compile(HostileGuestTest.class, "hostile", fixture.directory);
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
    return withInitramfs(fixture, repacked);
  }

  /** As if newly built: the marker of a boot test lies beside the kernel. */
  private static GuestImages withInitramfs(Fixture fixture, Path initramfs) throws IOException {
    GuestImages images = fixture.images();
    Path kernel = Files.copy(images.kernel(), fixture.directory.resolve("vmlinux"));
    return new GuestImages(kernel, initramfs, images.root(), images.runtimes(), images.identity());
  }

  private static void shell(Path directory, String script) throws IOException {
    Command.run(
        Duration.ofMinutes(1), List.of("/bin/sh", "-c", "cd " + directory + " && " + script));
  }
}
