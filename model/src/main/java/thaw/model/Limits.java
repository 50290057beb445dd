package thaw.model;

/**
 * AWS's quotas that Thaw keeps.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html">AWS:
 *     Lambda quotas</a>
 */
public final class Limits {
  /** Largest synchronous request and response payload, bytes. */
  public static final int PAYLOAD_BYTES = 6 * 1024 * 1024;

  /** Largest deployment package sent as ZipFile, bytes. */
  public static final int ZIPPED_CODE_BYTES = 50 * 1024 * 1024;

  /** Largest unpacked deployment package, bytes. */
  public static final int UNZIPPED_CODE_BYTES = 250 * 1024 * 1024;

  /** Largest environment: sum of the UTF-8 lengths of names and values, bytes. */
  public static final int ENVIRONMENT_BYTES = 4 * 1024;

  /** MemorySize that buys one vCPU, MiB. */
  public static final int MEMORY_MB_PER_VCPU = 1_769;

  /** Most layers of one function. */
  public static final int LAYERS = 5;

  private Limits() {}
}
