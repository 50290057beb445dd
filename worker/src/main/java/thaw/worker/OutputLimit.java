package thaw.worker;

/**
 * A token bucket over the bytes that a sandbox prints, so that endless output cannot fill a disk or
 * keep the log writer from serving others. Belongs to its log's lock.
 */
final class OutputLimit {
  private final double bytesPerNano;
  private final double burstBytes;
  private double tokens;
  private long lastNanos;
  private long droppedLines;
  private long droppedBytes;

  OutputLimit(long bytesPerSecond, long burstBytes, long nowNanos) {
    this.bytesPerNano = bytesPerSecond / 1e9;
    this.burstBytes = burstBytes;
    this.tokens = burstBytes;
    this.lastNanos = nowNanos;
  }

  /** Whether a line of so many bytes may pass; counts it if not. */
  boolean pass(int bytes, long nowNanos) {
    tokens = Math.min(burstBytes, tokens + (nowNanos - lastNanos) * bytesPerNano);
    lastNanos = nowNanos;
    if (tokens < bytes) {
      droppedLines++;
      droppedBytes += bytes;
      return false;
    }
    tokens -= bytes;
    return true;
  }

  boolean hasDropped() {
    return droppedLines > 0;
  }

  /** Says what was dropped since the last call. */
  String report() {
    String text =
        "Thaw: %d lines (%d bytes) of output dropped: more than worker.outputRate"
            .formatted(droppedLines, droppedBytes);
    droppedLines = 0;
    droppedBytes = 0;
    return text;
  }
}
