package thaw.model;

/**
 * Where the time of one invocation went, in microseconds of a monotonic clock.
 *
 * @param sandboxStartMicros from asking the driver for a sandbox until its agent was ready; 0 when
 *     a warm sandbox served
 * @param initMicros INIT phase (runtime start and customer code's import); 0 when warm
 * @param handlerMicros the worker's own round trip to the handler: invocation handed to the runtime
 *     until its answer was whole
 */
public record InvocationTimings(long sandboxStartMicros, long initMicros, long handlerMicros) {
  /** Whether a new sandbox had to be made for it. */
  public boolean coldStart() {
    return sandboxStartMicros > 0;
  }
}
