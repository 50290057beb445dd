package thaw.microvm;

import java.nio.file.Path;

/**
 * A file or directory of the host that a jail sees.
 *
 * @param source on the host
 * @param destination in the jail, absolute
 * @param writable whether the jail may write it, its file permissions allowing
 */
record Bind(Path source, String destination, boolean writable) {
  static Bind readOnly(Path source, String destination) {
    return new Bind(source, destination, false);
  }
}
