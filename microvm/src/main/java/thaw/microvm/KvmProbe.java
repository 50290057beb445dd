package thaw.microvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.guest.GuestImages;
import thaw.sandbox.SandboxException;

/**
 * Finds out whether guests boot under KVM on this host. That /dev/kvm opens, and even that a VM can
 * be made, proves nothing: on some hosts that are VMs themselves a guest then spins forever. The
 * answer holds until the host restarts.
 */
final class KvmProbe {
  private static final Logger log = LoggerFactory.getLogger(KvmProbe.class);
  private static final Path DEVICE = Path.of("/dev/kvm");
  private static final Path HOST_BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  private final Host host;
  private final GuestImages images;

  KvmProbe(Host host, GuestImages images) {
    this.host = host;
    this.images = images;
  }

  /**
   * @throws IOException if KVM is demanded and a guest does not boot under it
   */
  Accelerator choose(AcceleratorChoice choice) throws IOException {
    if (choice == AcceleratorChoice.TCG) {
      return Accelerator.TCG;
    }
    Optional<String> obstacle = obstacle();
    if (obstacle.isEmpty()) {
      return Accelerator.KVM;
    }
    if (choice == AcceleratorChoice.KVM) {
      throw new IOException(
          "KVM does not work on this host: " + obstacle.get() + "; set accelerator to auto or tcg");
    }
    log.warn("guests are emulated, several times slower than under KVM: {}", obstacle.get());
    return Accelerator.TCG;
  }

  /** Why guests cannot run under KVM, empty if they can. */
  private Optional<String> obstacle() throws IOException {
    if (!Files.exists(DEVICE)) {
      return Optional.of("there is no /dev/kvm");
    }
    Path answer = answerFile();
    if (!Files.exists(answer)) {
      Path made = Files.createTempFile(answer.getParent(), ".probe", "");
      Files.writeString(made, boot().orElse(""));
      Files.move(made, answer, StandardCopyOption.ATOMIC_MOVE);
    }
    String text = Files.readString(answer, StandardCharsets.UTF_8);
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private Path answerFile() throws IOException {
    Path directory = Files.createDirectories(host.cacheDirectory().resolve("kvm"));
    String hostBoot = Files.readString(HOST_BOOT, StandardCharsets.UTF_8).strip();
    return directory.resolve(hostBoot + "-" + images.identity());
  }

  private Optional<String> boot() {
    log.info("probing KVM by booting a guest, once per start of this host");
    try {
      new BootProbe(host, images).boot(Accelerator.KVM, host.settings().kvmProbeTimeout());
      return Optional.empty();
    } catch (SandboxException e) {
      return Optional.of("/dev/kvm is there, but a guest does not boot with it");
    }
  }
}
