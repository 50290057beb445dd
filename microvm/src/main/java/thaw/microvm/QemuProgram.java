package thaw.microvm;

import java.nio.file.Files;
import java.nio.file.Path;

/** Which of Debian's QEMUs runs. */
final class QemuProgram {
  /** KVM and -M microvm only: a third of the libraries. */
  private static final Path SLIM = Path.of("/usr/bin/qemu-system-x86_64-microvm");

  private static final Path FULL = Path.of("/usr/bin/qemu-system-x86_64");

  private QemuProgram() {}

  static Path of(Accelerator accelerator) {
    return accelerator == Accelerator.KVM && Files.isExecutable(SLIM) ? SLIM : FULL;
  }
}
