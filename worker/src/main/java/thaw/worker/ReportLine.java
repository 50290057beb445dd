package thaw.worker;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The REPORT and INIT_REPORT lines, fields separated by tabs as in AWS's.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html">AWS:
 *     execution environment lifecycle, with the lines' present form</a>
 */
final class ReportLine {
  private ReportLine() {}

  /**
   * @param durationMicros handler, and INIT if it was run again within the invocation
   * @param initMicros the INIT phase that preceded the sandbox's first invocation; billed, as AWS
   *     does since August 2025
   * @param restore of the resume from a snapshot of its own that preceded the sandbox's first
   *     invocation
   * @param status empty, or {@code Status: ...} fields
   * @param origin what the sandbox came from; ours
   */
  static String report(
      String requestId,
      long durationMicros,
      OptionalLong initMicros,
      Optional<RestoreTimes> restore,
      int memorySizeMb,
      long peakBytes,
      String status,
      String origin) {
    StringBuilder line = new StringBuilder(200);
    line.append("REPORT RequestId: ").append(requestId).append("\tDuration: ");
    millis(line, durationMicros);
    long billedMillis = (durationMicros + initMicros.orElse(0) + 999) / 1000;
    line.append(" ms\tBilled Duration: ").append(billedMillis);
    line.append(" ms\tMemory Size: ").append(memorySizeMb);
    line.append(" MB\tMax Memory Used: ").append(toMebibytes(peakBytes)).append(" MB\t");
    initMicros.ifPresent(micros -> {
      line.append("Init Duration: ");
      millis(line, micros);
      line.append(" ms\t");
    });
    restore.ifPresent(times -> {
      line.append("Restore Duration: ");
      millis(line, times.restoreMicros());
      long hooksMillis = (times.hooksMicros() + 999) / 1000;
      line.append(" ms\tBilled Restore Duration: ").append(hooksMillis).append(" ms\t");
    });
    if (!status.isEmpty()) {
      line.append(status).append('\t');
    }
    return line.append("Thaw: ").append(origin).toString();
  }

  /**
   * @param phase {@code init}, or {@code invoke} for INIT run again within an invocation
   */
  static String initReport(long initMicros, String phase, String status) {
    StringBuilder line = new StringBuilder("INIT_REPORT Init Duration: ");
    millis(line, initMicros);
    return line.append(" ms\tPhase: ").append(phase).append('\t').append(status).toString();
  }

  /**
   * @param status empty, or {@code Status: ...} fields
   */
  static String restoreReport(long restoreMicros, String status) {
    StringBuilder line = new StringBuilder("RESTORE_REPORT Restore Duration: ");
    millis(line, restoreMicros);
    line.append(" ms");
    return status.isEmpty() ? line.toString() : line.append('\t').append(status).toString();
  }

  /** {@code 3.00}, as AWS writes a timeout. */
  static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.2f", millis / 1000.0);
  }

  private static void millis(StringBuilder line, long micros) {
    long hundredths = (micros + 5) / 10;
    line.append(hundredths / 100).append('.');
    line.append((char) ('0' + hundredths / 10 % 10)).append((char) ('0' + hundredths % 10));
  }

  private static long toMebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
