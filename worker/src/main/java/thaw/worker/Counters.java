package thaw.worker;

import java.util.concurrent.atomic.LongAdder;

/** What a worker counts. */
final class Counters {
  final PageCounters pages = new PageCounters();
  final LongAdder coldStarts = new LongAdder();
  final LongAdder warmStarts = new LongAdder();
  final LongAdder throttles = new LongAdder();
  final LongAdder functionErrors = new LongAdder();
  final LongAdder timeouts = new LongAdder();
  final LongAdder startFailures = new LongAdder();
  final LongAdder initFailures = new LongAdder();
  final LongAdder resets = new LongAdder();
  final LongAdder evictions = new LongAdder();
  final LongAdder pauses = new LongAdder();
  final LongAdder deaths = new LongAdder();
  final LongAdder outputDropped = new LongAdder();
  final LongAdder boots = new LongAdder();
  final LongAdder resumes = new LongAdder();
  final LongAdder resumeFailures = new LongAdder();

  WorkerCounters snapshot() {
    return new WorkerCounters(
        coldStarts.sum(),
        warmStarts.sum(),
        throttles.sum(),
        functionErrors.sum(),
        timeouts.sum(),
        startFailures.sum(),
        initFailures.sum(),
        resets.sum(),
        evictions.sum(),
        pauses.sum(),
        deaths.sum(),
        outputDropped.sum(),
        boots.sum(),
        resumes.sum(),
        resumeFailures.sum());
  }
}
