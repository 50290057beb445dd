package thaw.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host's memory as the kernel tells it: {@code /proc/meminfo}, and pressure stall information
 * where that is asked for.
 *
 * @see <a href="https://docs.kernel.org/accounting/psi.html">PSI</a>
 */
final class HostMemory {
  private static final Pattern FIELD = Pattern.compile("(?m)^(\\w+):\\s+(\\d+) kB$");
  private static final Pattern PRESSURE = Pattern.compile("(?m)^some avg10=([\\d.]+) ");

  private final Path proc;
  private final long minAvailableBytes;
  private final double pressureLimit;
  private volatile boolean isShort;

  /**
   * @param pressureLimit percent; 0 does not ask
   */
  HostMemory(Path proc, long minAvailableBytes, double pressureLimit) {
    this.proc = proc;
    this.minAvailableBytes = minAvailableBytes;
    this.pressureLimit = pressureLimit;
  }

  /** Looks again. What cannot be read is not short. */
  void refresh() {
    boolean little = field("MemAvailable").orElse(Long.MAX_VALUE) < minAvailableBytes;
    isShort = little || (pressureLimit > 0 && pressure().orElse(0) > pressureLimit);
  }

  /** Whether it was short at the last look. */
  boolean isShort() {
    return isShort;
  }

  /**
   * All of the host's memory, bytes.
   *
   * @throws IllegalStateException if the kernel does not say
   */
  long totalBytes() {
    return field("MemTotal")
        .orElseThrow(() -> new IllegalStateException("no MemTotal in " + proc + "/meminfo"));
  }

  private OptionalLong field(String name) {
    Matcher fields = FIELD.matcher(read("meminfo"));
    while (fields.find()) {
      if (fields.group(1).equals(name)) {
        return OptionalLong.of(Long.parseLong(fields.group(2)) << 10);
      }
    }
    return OptionalLong.empty();
  }

  private OptionalDouble pressure() {
    Matcher some = PRESSURE.matcher(read("pressure/memory"));
    return some.find()
        ? OptionalDouble.of(Double.parseDouble(some.group(1)))
        : OptionalDouble.empty();
  }

  private String read(String file) {
    try {
      return Files.readString(proc.resolve(file));
    } catch (IOException e) {
      return ""; // kernels without PSI have no such file
    }
  }
}
