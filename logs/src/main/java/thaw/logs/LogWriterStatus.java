package thaw.logs;

/**
 * The log writer's queue {@code logs.queue} at one moment.
 *
 * @param queuedBytes memory that waiting lines take
 * @param queueBytes its bound
 * @param written lines written since the start
 * @param dropped lines dropped since the start: queue full or disk refused them
 */
public record LogWriterStatus(long queuedBytes, long queueBytes, long written, long dropped) {}
