package thaw.model;

import java.util.Optional;

/**
 * What came of an invocation that was carried out, whether the function succeeded or not.
 *
 * @param payload the function's answer, or the error document of a failed function
 * @param functionError value of {@code X-Amz-Function-Error} ({@code Unhandled}) if it failed
 * @param logTail the last 4 KiB of the invocation's log, as {@code LogType=Tail} returns it; empty
 *     unless {@link Invocation#tail} asked for it
 * @param timings where the time went
 */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes, compared by nobody
public record InvocationResult(
    byte[] payload, Optional<String> functionError, byte[] logTail, InvocationTimings timings) {}
