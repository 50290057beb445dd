package thaw.microvm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The file through which QEMU is given device state, or gives it. */
final class StateFile {
  /** A hundred times what the device table's state takes: QEMU may be in its guest's hands. */
  private static final int BYTES_MAX = 16 << 20;

  private final Path path;

  private StateFile(Path path) {
    this.path = path;
  }

  /** Makes an empty one. */
  static StateFile create(Path path, int uid) throws IOException {
    Files.createFile(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    Files.setAttribute(path, "unix:uid", uid);
    return new StateFile(path);
  }

  void write(byte[] state) throws IOException {
    Files.write(path, state);
  }

  Path path() {
    return path;
  }

  byte[] read() throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] state = in.readNBytes(BYTES_MAX + 1);
      if (state.length == 0 || state.length > BYTES_MAX) {
        throw new IOException(
            "QEMU saved "
                + state.length
                + " bytes or more of device state; at most "
                + BYTES_MAX
                + " are taken");
      }
      return state;
    }
  }
}
