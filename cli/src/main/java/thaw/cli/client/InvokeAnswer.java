package thaw.cli.client;

import java.util.Optional;

/**
 * What an invocation gave.
 *
 * @param functionError {@code Unhandled} if the function failed
 * @param logTail the last 4 KiB of its log, if asked for
 */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes, compared by nobody
public record InvokeAnswer(
    byte[] payload,
    Optional<String> functionError,
    Optional<byte[]> logTail,
    String requestId,
    ServerTiming timing) {}
