package thaw.microvm;

/**
 * The size of a VM. There are few, since a snapshot fits one size only; inside the guest a cgroup
 * enforces the function's MemorySize.
 *
 * @param memoryMb the guest's physical memory, MiB
 * @param vcpus virtual processors
 */
record VmSize(int memoryMb, int vcpus) {
  private static final int[] MEMORY_SIZES_MB = {512, 2_048, 10_240};

  /** AWS: a function has one vCPU's worth of time per 1,769 MB. */
  static final int MB_PER_VCPU = 1_769;

  /**
   * Kernel and agent, and room besides: a function must meet the limit of its own memory before the
   * guest meets that of all.
   */
  private static final int OVERHEAD_MB = 96;

  /** The kernel's own book-keeping takes 1/64 of memory; as much again is slack. */
  private static final int OVERHEAD_SHARE = 32;

  long memoryBytes() {
    return (long) memoryMb << 20;
  }

  /**
   * The smallest VM that holds a function.
   *
   * <p>Under emulation there is one vCPU whatever the function's size: vCPUs would only compete for
   * the few host threads that translate, and a function's share of the host is set by weight.
   *
   * @param memorySizeMb the function's MemorySize
   * @param hostProcessors more vCPUs than that are never useful
   */
  static VmSize of(int memorySizeMb, Accelerator accelerator, int hostProcessors) {
    int wanted = (memorySizeMb + MB_PER_VCPU - 1) / MB_PER_VCPU;
    int vcpus = accelerator == Accelerator.TCG ? 1 : Math.clamp(wanted, 1, hostProcessors);
    for (int sizeMb : MEMORY_SIZES_MB) {
      if (memorySizeMb <= sizeMb) {
        return new VmSize(sizeMb + OVERHEAD_MB + sizeMb / OVERHEAD_SHARE, vcpus);
      }
    }
    throw new IllegalArgumentException(
        "no VM holds MemorySize " + memorySizeMb + " MB; the largest is 10240 MB");
  }
}
