package thaw.guest;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A QEMU with guest images in it and nothing around it: what the agent's port says is all. */
final class TestVm implements AutoCloseable {
  private final Process process;
  private final SocketChannel port;
  private final Path console;

  private TestVm(Process process, SocketChannel port, Path console) {
    this.process = process;
    this.port = port;
    this.console = console;
  }

  /**
   * @param disks file by serial, in the order of the device table
   */
  static TestVm start(GuestImages images, int memoryMebibytes, Path directory, List<Disk> disks)
      throws Exception {
    Path socket = directory.resolve("agent.sock");
    Path console = directory.resolve("console");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Process process =
          new ProcessBuilder(command(images, memoryMebibytes, socket, disks))
              .redirectErrorStream(true)
              .redirectOutput(console.toFile())
              .start();
      // QEMU connects before the guest runs; if it cannot start, its end ends the wait.
      var _ = process.onExit().thenRun(() -> closeQuietly(server));
      try {
        return new TestVm(process, server.accept(), console);
      } catch (IOException e) {
        throw new AssertionError("QEMU did not start: " + Files.readString(console), e);
      }
    }
  }

  /** A disk of the guest. */
  record Disk(String serial, Path file, boolean readOnly) {}

  SocketChannel port() {
    return port;
  }

  String console() throws IOException {
    return Files.readString(console);
  }

  boolean awaitEnd(int seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    port.close();
    process.destroyForcibly().onExit().join();
  }

  private static List<String> command(
      GuestImages images, int memoryMebibytes, Path socket, List<Disk> disks) throws IOException {
    long tscKhz =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("cpu MHz"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .mapToLong(mhz -> Math.round(Double.parseDouble(mhz) * 1_000))
            .findFirst()
            .orElse(2_000_000);
    List<String> command =
        new ArrayList<>(
            List.of("qemu-system-x86_64", "-M", "microvm,acpi=on,pit=off,pic=on,rtc=on"));
    // No PIT: the kernel sees reduced hardware, never sets up the PIC, and would take the PIT's
    // tick
    // for a division by zero (vector 0) now and then.
    command.addAll(List.of("-accel", "tcg,tb-size=32", "-m", memoryMebibytes + "M"));
    command.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"));
    command.addAll(List.of("-serial", "stdio", "-kernel", images.kernel().toString()));
    command.addAll(List.of("-initrd", images.initramfs().toString(), "-append"));
    command.add(
        ("console=ttyS0 loglevel=4 panic=-1 no_timer_check tsc_early_khz=%d lpj=%d tsc=reliable"
                + " clocksource=tsc random.trust_cpu=on cryptomgr.notests"
                + " initcall_blacklist=i8042_init,load_system_certificate_list,jent_mod_init")
            .formatted(tscKhz, tscKhz * 4));
    command.addAll(List.of("-global", "virtio-mmio.force-legacy=off"));
    for (Disk disk : disks) {
      String id = disk.serial();
      command.add("-drive");
      command.add(
          "if=none,id=%s,file=%s,format=raw,readonly=%s"
              .formatted(id, disk.file(), disk.readOnly() ? "on" : "off"));
      command.addAll(List.of("-device", "virtio-blk-device,drive=%s,serial=%s".formatted(id, id)));
    }
    command.addAll(List.of("-device", "virtio-serial-device"));
    command.addAll(List.of("-chardev", "socket,id=agent,path=" + socket));
    command.addAll(List.of("-device", "virtserialport,chardev=agent,nr=1,name=thaw.agent"));
    return command;
  }

  private static void closeQuietly(ServerSocketChannel server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
