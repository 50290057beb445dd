package thaw.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The most memory that a process has resident from some moment on, as Linux keeps it. */
record PeakMemory(Path process) {
  private static final String PEAK = "VmHWM:";

  /** Begins to count. */
  static PeakMemory of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    Files.writeString(process.resolve("clear_refs"), "5"); // proc(5): resets the peak
    return new PeakMemory(process);
  }

  long bytes() throws IOException {
    for (String line : Files.readAllLines(process.resolve("status"))) {
      if (line.startsWith(PEAK)) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("the kernel does not say how much memory a process had");
  }
}
