package thaw.jail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/**
 * A file or directory of the host that a jail sees.
 *
 * @param source on the host
 * @param destination in the jail, absolute
 * @param writable whether the jail may write it, its file permissions allowing
 */
public record Bind(Path source, String destination, boolean writable) {
  /** One that the jail may not write. */
  public static Bind readOnly(Path source, String destination) {
    return new Bind(source, destination, false);
  }

  /**
   * Checks what a jail would fail over with less to say: whatever runs in it is nobody's owner.
   *
   * @throws IOException if the source is not there or only its owner may read it
   */
  public void requireReadable() throws IOException {
    if (!Files.exists(source)) {
      throw new NoSuchFileException(source.toString(), null, "there is no such file");
    }
    if (Files.isRegularFile(source)
        && !writable
        && !Files.getPosixFilePermissions(source).contains(PosixFilePermission.OTHERS_READ)) {
      throw new IOException("sandboxes cannot read " + source + "; allow it with: chmod o+r");
    }
  }
}
