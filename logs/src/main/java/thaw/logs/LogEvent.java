package thaw.logs;

import java.util.Optional;

/**
 * One line of a function's log.
 *
 * @param timeMillis when the worker saw it, milliseconds since the epoch
 * @param function the function's bare name (log groups can be shared)
 * @param stream log stream: one per sandbox, {@code 2026/11/23/[$LATEST]<32 hex digits>} as AWS
 *     names them
 * @param requestId the invocation it was written in; empty for INIT
 * @param message the line without its line end
 */
public record LogEvent(
    long timeMillis, String function, String stream, Optional<String> requestId, String message) {
  /** Longest message in UTF-8 bytes, as in CloudWatch Logs (256 KiB); longer lines are split. */
  public static final int MESSAGE_BYTES = 256 * 1024;
}
