package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryTest {
  @TempDir Path proc;

  @Test
  void readsWhatTheKernelSays() {
    assertThat(new HostMemory(Path.of("/proc"), 0, 0).totalBytes()).isGreaterThan(1L << 28);
  }

  @Test
  void isShortWhenLittleIsAvailable() throws IOException {
    Files.writeString(
        proc.resolve("meminfo"), "MemTotal:        1000 kB\nMemAvailable:     500 kB\n");
    HostMemory enough = new HostMemory(proc, 500 << 10, 0);
    enough.refresh();
    assertThat(enough.isShort()).isFalse();
    HostMemory little = new HostMemory(proc, (500 << 10) + 1, 0);
    little.refresh();
    assertThat(little.isShort()).isTrue();
  }

  @Test
  void isShortUnderPressureWhereThatIsAskedFor() throws IOException {
    Files.writeString(proc.resolve("meminfo"), "MemAvailable:     500 kB\n");
    Files.createDirectories(proc.resolve("pressure"));
    Files.writeString(
        proc.resolve("pressure/memory"),
        "some avg10=12.34 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00\n");
    HostMemory asked = new HostMemory(proc, 0, 12);
    asked.refresh();
    assertThat(asked.isShort()).isTrue();
    HostMemory tolerant = new HostMemory(proc, 0, 13);
    tolerant.refresh();
    assertThat(tolerant.isShort()).isFalse();
    HostMemory notAsked = new HostMemory(proc, 0, 0);
    notAsked.refresh();
    assertThat(notAsked.isShort()).isFalse();
  }

  @Test
  void aKernelThatDoesNotSayIsNotShort() {
    HostMemory silent = new HostMemory(proc, 1 << 20, 10);
    silent.refresh();
    assertThat(silent.isShort()).isFalse();
  }
}
