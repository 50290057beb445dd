package thaw.worker;

/**
 * What a worker has counted since its start.
 *
 * @param coldStarts invocations that a sandbox was started for
 * @param warmStarts invocations served by a sandbox that was there
 * @param throttles invocations refused: no room, too many starts queued, or waited too long
 * @param functionErrors invocations that ended in a function error
 * @param timeouts those of them that ran out of time
 * @param startFailures sandboxes that could not be started
 * @param initFailures INIT phases that failed or ran out of time
 * @param resets runtimes started again in their sandbox after an error
 * @param evictions idle sandboxes ended to make room, or under memory pressure
 * @param pauses idle sandboxes whose CPU was stopped
 * @param deaths sandboxes that died on their own
 * @param outputDropped lines of output dropped because a sandbox printed too much
 * @param boots sandboxes whose kernel booted, for want of a snapshot layer
 * @param resumes sandboxes that went on from a snapshot layer
 * @param resumeFailures starts from a layer that failed, and were tried again from the one below
 */
public record WorkerCounters(
    long coldStarts,
    long warmStarts,
    long throttles,
    long functionErrors,
    long timeouts,
    long startFailures,
    long initFailures,
    long resets,
    long evictions,
    long pauses,
    long deaths,
    long outputDropped,
    long boots,
    long resumes,
    long resumeFailures) {}
