package thaw.microvm;

/** Setting: which {@link Accelerator} to use. */
public enum AcceleratorChoice {
  /** KVM if a guest boots under it, else TCG. */
  AUTO,
  /** KVM, or no start at all. */
  KVM,
  /** Emulation, without looking for KVM. */
  TCG
}
