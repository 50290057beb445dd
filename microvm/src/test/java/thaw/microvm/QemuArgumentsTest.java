package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QemuArgumentsTest {
  private static final VmOptions OPTIONS =
      new VmOptions(
          Accelerator.TCG,
          new VmSize(592, 1),
          Optional.of(new VmOptions.Boot("quiet")),
          32,
          false,
          false,
          MemoryBacking.ANONYMOUS);

  /** What is here is frozen into snapshots: a change makes every snapshot useless. */
  @Test
  void theDeviceTableIsAsDocumented() {
    assertThat(String.join(" ", QemuArguments.render(OPTIONS)))
        .isEqualTo(
            String.join(
                " ",
                "-nodefaults -no-user-config -display none -no-reboot",
                "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
                "-M microvm,acpi=on,pit=off,pic=on,rtc=on,auto-kernel-cmdline=off,"
                    + "mem-merge=off,memory-backend=ram,isa-serial=off",
                "-accel tcg,tb-size=32 -cpu max -smp 1 -m 592M",
                "-object memory-backend-ram,id=ram,merge=off,share=off,size=592M",
                "-kernel /boot/kernel -initrd /boot/initramfs -append quiet",
                readOnlyDisk("root"),
                readOnlyDisk("runtime"),
                readOnlyDisk("code"),
                readOnlyDisk("opt"),
                "-blockdev driver=raw,node-name=tmp,file.driver=file,file.filename=/disks/tmp,"
                    + "discard=unmap,file.discard=unmap,cache.no-flush=on,file.cache.no-flush=on",
                "-device virtio-blk-device,werror=report,rerror=report,drive=tmp,cyls=16383,heads=16,secs=63,serial=tmp",
                "-netdev hubport,id=nic,hubid=0",
                "-device virtio-net-device,guest_announce=off,netdev=nic,mac=02:54:48:41:57:01",
                "-chardev socket,id=agent,server=off,path=/sockets/agent",
                "-device virtio-serial-device,max_ports=2",
                "-device virtserialport,chardev=agent,nr=1,name=thaw.agent",
                "-chardev socket,id=monitor,server=off,path=/sockets/monitor",
                "-mon chardev=monitor,mode=control"));
  }

  private static String readOnlyDisk(String name) {
    return "-blockdev driver=raw,node-name=%1$s,file.driver=file,file.filename=/disks/%1$s,read-only=on -device virtio-blk-device,werror=report,rerror=report,drive=%1$s,cyls=16383,heads=16,secs=63,serial=%1$s"
        .formatted(name);
  }

  @Test
  void withOrWithoutNetworkTheDevicesAreTheSame() {
    VmOptions network =
        new VmOptions(
            OPTIONS.accelerator(),
            OPTIONS.size(),
            OPTIONS.boot(),
            32,
            true,
            false,
            MemoryBacking.ANONYMOUS);

    assertThat(devices(network)).isEqualTo(devices(OPTIONS)).hasSize(8);
    assertThat(QemuArguments.render(network))
        .contains("stream,id=nic,server=off,addr.type=unix,addr.path=/sockets/network");
  }

  @Test
  void kvmChangesTheProcessorAndNoDevice() {
    VmOptions kvm =
        new VmOptions(
            Accelerator.KVM,
            new VmSize(592, 2),
            OPTIONS.boot(),
            32,
            false,
            false,
            MemoryBacking.ANONYMOUS);

    assertThat(devices(kvm)).isEqualTo(devices(OPTIONS));
    assertThat(QemuArguments.render(kvm)).containsSequence("-accel", "kvm", "-cpu", "host");
  }

  private static List<String> devices(VmOptions options) {
    List<String> arguments = QemuArguments.render(options);
    return IntStream.range(1, arguments.size())
        .filter(i -> arguments.get(i - 1).equals("-device"))
        .mapToObj(arguments::get)
        .toList();
  }
}
