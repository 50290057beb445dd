package thaw.guest;

import java.nio.charset.StandardCharsets;
import java.util.SequencedMap;

/** The kernel's first file system: the agent as /init, and the modules it loads. */
final class Initramfs {
  /**
   * The archive is filled up to whole pages. The firmware puts the ACPI tables at the end of low
   * memory and QEMU the initramfs below it, starting on a page boundary so that at most a page is
   * left behind it: (end - 1 - size) rounded down. With a size in whole pages that is a whole page,
   * the most there can be; else the tail may overwrite tables, and no virtio device appears.
   */
  private static final int PAGE_BYTES = 4096;

  private Initramfs() {}

  /**
   * @param agent static ELF program
   * @param modules by name, in load order, which is also written to /modules/order
   */
  static byte[] of(byte[] agent, SequencedMap<String, byte[]> modules) {
    CpioWriter cpio = new CpioWriter();
    for (String directory : new String[] {"dev", "proc", "sys", "run", "mnt", "modules"}) {
      cpio.directory(directory, 0755);
    }
    // The kernel opens /dev/console for /init before anything could mount a /dev.
    cpio.characterDevice("dev/console", 0600, 5, 1);
    cpio.characterDevice("dev/null", 0666, 1, 3);
    cpio.file("init", 0755, agent);
    StringBuilder order = new StringBuilder();
    modules.forEach((name, content) -> {
      order.append("/modules/").append(name).append(".ko\n");
      cpio.file("modules/" + name + ".ko", 0644, content);
    });
    cpio.file("modules/order", 0644, order.toString().getBytes(StandardCharsets.US_ASCII));
    return cpio.toByteArray(PAGE_BYTES);
  }
}
