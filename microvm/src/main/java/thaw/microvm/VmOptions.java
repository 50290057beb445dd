package thaw.microvm;

import java.util.Optional;

/**
 * What may differ from one QEMU to the next; all else is the device table.
 *
 * @param accelerator what executes the guest
 * @param size memory and processors
 * @param boot kernel to boot; if there is none, the VM waits for the state of a snapshot
 * @param translationCacheMb bound of TCG's cache of translated code, MiB
 * @param network whether the NIC leads to the host's relay; if not it leads nowhere
 * @param console whether the guest has a serial console on QEMU's standard output, for debugging
 * @param memory what the guest's memory is made of
 */
record VmOptions(
    Accelerator accelerator,
    VmSize size,
    Optional<Boot> boot,
    int translationCacheMb,
    boolean network,
    boolean console,
    MemoryBacking memory) {

  /** A VM that boots on this host and holds a function of {@code memorySizeMb}. */
  static VmOptions booting(Host host, Accelerator accelerator, int memorySizeMb, boolean network) {
    MicrovmSettings settings = host.settings();
    return new VmOptions(
        accelerator,
        VmSize.of(memorySizeMb, accelerator, Runtime.getRuntime().availableProcessors()),
        Optional.of(new Boot(KernelCommandLine.of(accelerator, host.tscKhz(), settings.console()))),
        Math.toIntExact(settings.translationCache().mebibytes()),
        network,
        settings.console(),
        MemoryBacking.ANONYMOUS);
  }

  /** The same, but it waits for the state of a snapshot instead of booting. */
  VmOptions resuming() {
    return new VmOptions(
        accelerator, size, Optional.empty(), translationCacheMb, network, console, memory);
  }

  /** The same with other memory. */
  VmOptions on(MemoryBacking other) {
    return new VmOptions(accelerator, size, boot, translationCacheMb, network, console, other);
  }

  /** The kernel's command line; kernel and initramfs are at fixed places in the jail. */
  record Boot(String commandLine) {}
}
