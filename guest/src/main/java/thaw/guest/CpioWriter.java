package thaw.guest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a cpio archive in the "newc" form that the kernel unpacks
 * (Documentation/driver-api/early-userspace/buffer-format.rst), always the same for the same calls:
 * everything is root's and of time 0.
 */
final class CpioWriter {
  private static final int DIRECTORY = 0040000;
  private static final int FILE = 0100000;
  private static final int CHARACTER_DEVICE = 0020000;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int inode = 1;

  CpioWriter directory(String path, int permissions) {
    return entry(path, DIRECTORY | permissions, 2, 0, 0, new byte[0]);
  }

  CpioWriter file(String path, int permissions, byte[] content) {
    return entry(path, FILE | permissions, 1, 0, 0, content);
  }

  CpioWriter characterDevice(String path, int permissions, int major, int minor) {
    return entry(path, CHARACTER_DEVICE | permissions, 1, major, minor, new byte[0]);
  }

  /**
   * The archive, filled up with zeros, which the kernel skips, to a multiple of {@code unitBytes}.
   */
  byte[] toByteArray(int unitBytes) {
    entry("TRAILER!!!", 0, 1, 0, 0, new byte[0]);
    while (out.size() % unitBytes != 0) {
      out.write(0);
    }
    return out.toByteArray();
  }

  private CpioWriter entry(String path, int mode, int links, int major, int minor, byte[] content) {
    byte[] name = (path + "\0").getBytes(StandardCharsets.UTF_8);
    StringBuilder header = new StringBuilder("070701");
    int[] fields = {
      inode++, mode, 0, 0, links, 0, content.length, 0, 0, major, minor, name.length, 0
    };
    for (int field : fields) {
      header.append("%08x".formatted(field));
    }
    out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(name);
    pad();
    out.writeBytes(content);
    pad();
    return this;
  }

  private void pad() {
    while (out.size() % 4 != 0) {
      out.write(0);
    }
  }
}
