package thaw.microvm;

/** What executes the guest's instructions. */
public enum Accelerator {
  /** The processor's own virtualisation. */
  KVM,
  /** QEMU's translator: works everywhere, several times slower. */
  TCG
}
