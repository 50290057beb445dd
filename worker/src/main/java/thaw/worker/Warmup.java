package thaw.worker;

import java.nio.charset.StandardCharsets;
import thaw.model.FunctionVersion;

/**
 * Invocations of a function before its snapshot is taken, if it asks for them: its code is then
 * warm in every clone. That is Thaw's own, and changes semantics: handlers run, with all their
 * effects, though nobody has invoked them.
 *
 * @param event what they are given
 */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes, compared by nobody
record Warmup(int invokes, byte[] event) {
  private static final String INVOKES = "THAW_WARMUP_INVOKES";
  private static final String EVENT = "THAW_WARMUP_EVENT";
  private static final int INVOKES_MAX = 10_000;

  /** What a function's variables ask for; none if they do not, or ask for no number. */
  static Warmup of(FunctionVersion function) {
    String invokes = function.environment().getOrDefault(INVOKES, "0");
    String event = function.environment().getOrDefault(EVENT, "{}");
    boolean number = invokes.matches("[0-9]{1,5}");
    return new Warmup(
        number ? Math.min(INVOKES_MAX, Integer.parseInt(invokes)) : 0,
        event.getBytes(StandardCharsets.UTF_8));
  }
}
