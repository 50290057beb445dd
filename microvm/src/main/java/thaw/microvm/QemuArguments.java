package thaw.microvm;

import java.util.ArrayList;
import java.util.List;
import thaw.microvm.DeviceTable.Disk;

/** Renders {@link VmOptions} and the device table as QEMU's command line. */
final class QemuArguments {
  private final List<String> arguments = new ArrayList<>();

  private QemuArguments() {}

  /** The arguments without the program. Paths are those of the jail. */
  static List<String> render(VmOptions options) {
    QemuArguments q = new QemuArguments();
    q.confine();
    q.machine(options);
    options.boot().ifPresentOrElse(q::boot, q::await);
    for (Disk disk : Disk.values()) {
      q.disk(disk);
    }
    q.nic(options.network());
    q.agentPort();
    q.monitor();
    if (options.console()) {
      q.add("-chardev", "stdio,id=console,signal=off");
      q.add("-serial", "chardev:console");
    }
    return List.copyOf(q.arguments);
  }

  private void confine() {
    add("-nodefaults");
    add("-no-user-config");
    add("-display", "none");
    add("-no-reboot");
    add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
  }

  private void machine(VmOptions options) {
    // With a PIT some boots end in a panic: docs/guest-images.md.
    add(
        "-M",
        "microvm,acpi=on,pit=off,pic=on,rtc=on,auto-kernel-cmdline=off,mem-merge=off"
            + ",memory-backend=ram,isa-serial="
            + (options.console() ? "on" : "off"));
    boolean kvm = options.accelerator() == Accelerator.KVM;
    add("-accel", kvm ? "kvm" : "tcg,tb-size=" + options.translationCacheMb());
    add("-cpu", kvm ? "host" : "max");
    add("-smp", Integer.toString(options.size().vcpus()));
    add("-m", options.size().memoryMb() + "M");
    // Pages of two VMs are never merged into one: merge=off keeps KSM from memory that a file
    // backs, mem-merge=off from all other.
    String memory =
        switch (options.memory()) {
          case ANONYMOUS -> "memory-backend-ram,id=ram,merge=off,share=off";
          case PRIVATE_FILE ->
              "memory-backend-file,id=ram,merge=off,share=off,readonly=on,rom=off,mem-path="
                  + JailPaths.MEMORY;
          case SHARED_FILE ->
              "memory-backend-file,id=ram,merge=off,share=on,mem-path=" + JailPaths.MEMORY;
        };
    add("-object", memory + ",size=" + options.size().memoryMb() + "M");
  }

  private void await() {
    add("-S");
    add("-incoming", "defer");
  }

  private void boot(VmOptions.Boot boot) {
    add("-kernel", JailPaths.KERNEL);
    add("-initrd", JailPaths.INITRAMFS);
    add("-append", boot.commandLine());
  }

  private void disk(Disk disk) {
    String file =
        "driver=raw,node-name="
            + disk.serial()
            + ",file.driver=file,file.filename="
            + disk.jailPath();
    // The writable disk dies with the VM: what the guest deletes is given back at once, and what
    // it flushes need not reach the host's disk.
    String mode =
        disk.readOnly()
            ? ",read-only=on"
            : ",discard=unmap,file.discard=unmap,cache.no-flush=on,file.cache.no-flush=on";
    add("-blockdev", file + mode);
    // With a geometry of its own QEMU does not look for one in the disk's first sector, which may
    // not be decided yet.
    // QEMU would stop the VM when the host's disk is full; the guest sees an error instead.
    add(
        "-device",
        "virtio-blk-device,werror=report,rerror=report,drive="
            + disk.serial()
            + ",cyls=16383,heads=16,secs=63,serial="
            + disk.serial());
  }

  private void nic(boolean network) {
    // A hub with a single port leads nowhere.
    add(
        "-netdev",
        network
            ? "stream,id=nic,server=off,addr.type=unix,addr.path="
                + socket(JailPaths.NETWORK_SOCKET)
            : "hubport,id=nic,hubid=0");
    add(
        "-device",
        "virtio-net-device,guest_announce=off,netdev=nic,mac=" + DeviceTable.MAC_ADDRESS);
  }

  private void agentPort() {
    add("-chardev", "socket,id=agent,server=off,path=" + socket(JailPaths.AGENT_SOCKET));
    add("-device", "virtio-serial-device,max_ports=2");
    add("-device", "virtserialport,chardev=agent,nr=1,name=" + DeviceTable.AGENT_PORT);
  }

  private void monitor() {
    add("-chardev", "socket,id=monitor,server=off,path=" + socket(JailPaths.MONITOR_SOCKET));
    add("-mon", "chardev=monitor,mode=control");
  }

  private static String socket(String name) {
    return JailPaths.SOCKETS + "/" + name;
  }

  private void add(String... some) {
    arguments.addAll(List.of(some));
  }
}
