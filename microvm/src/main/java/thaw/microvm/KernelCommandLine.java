package thaw.microvm;

/** The guest kernel's command line. Each word was measured to save boot time or to be needed. */
final class KernelCommandLine {
  /** Debian's kernels tick at 250 Hz: a jiffy's delay loop is a 250th of the counter's rate. */
  private static final int TICKS_PER_SECOND = 250;

  private KernelCommandLine() {}

  /**
   * @param tscKhz rate of the time stamp counter that the guest reads, kHz: an emulated guest
   *     cannot calibrate it, and some kernels hang when they try
   */
  static String of(Accelerator accelerator, long tscKhz, boolean console) {
    String clock =
        accelerator == Accelerator.TCG
            ? " no_timer_check tsc_early_khz="
                + tscKhz
                + " lpj="
                + tscKhz * 1_000 / TICKS_PER_SECOND
                + " tsc=reliable clocksource=tsc mitigations=off no5lvl randomize_kstack_offset=off hardened_usercopy=off"
            : "";
    return (console ? "console=ttyS0" : "quiet loglevel=0")
        // A panic ends the VM at once (QEMU runs with -no-reboot).
        + " panic=-1"
        + clock
        // Nobody in the guest has a policy for security modules, or reads audit and pressure.
        + " lsm= audit=0 psi=0 nowatchdog"
        + " random.trust_cpu=on cryptomgr.notests"
        + " initcall_blacklist=i8042_init,load_system_certificate_list,jent_mod_init";
  }
}
