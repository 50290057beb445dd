package thaw.microvm;

import java.util.Optional;

/**
 * What may differ from one QEMU to the next; all else is the device table.
 *
 * @param accelerator what executes the guest
 * @param size memory and processors
 * @param boot kernel to boot, if the VM boots
 * @param translationCacheMb bound of TCG's cache of translated code, MiB
 * @param network whether the NIC leads to the host's relay; if not it leads nowhere
 * @param console whether the guest has a serial console on QEMU's standard output, for debugging
 */
record VmOptions(
    Accelerator accelerator,
    VmSize size,
    Optional<Boot> boot,
    int translationCacheMb,
    boolean network,
    boolean console) {

  /** A VM that boots on this host and holds a function of {@code memorySizeMb}. */
  static VmOptions booting(Host host, Accelerator accelerator, int memorySizeMb, boolean network) {
    MicrovmSettings settings = host.settings();
    return new VmOptions(
        accelerator,
        VmSize.of(memorySizeMb, accelerator, Runtime.getRuntime().availableProcessors()),
        Optional.of(new Boot(KernelCommandLine.of(accelerator, host.tscKhz(), settings.console()))),
        Math.toIntExact(settings.translationCache().mebibytes()),
        network,
        settings.console());
  }

  /** The kernel's command line; kernel and initramfs are at fixed places in the jail. */
  record Boot(String commandLine) {}
}
