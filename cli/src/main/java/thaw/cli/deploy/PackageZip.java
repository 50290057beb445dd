package thaw.cli.deploy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * Makes a zip that depends on nothing but the files' names, contents, and whether they are
 * executable: the same files give the same bytes.
 */
final class PackageZip {
  /** The earliest instant that zip's local time can hold, so no time zone shows. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private PackageZip() {}

  /**
   * @param files relative to {@code directory}, sorted
   */
  static byte[] of(Path directory, List<Path> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      zip.setLevel(Deflater.DEFAULT_COMPRESSION);
      for (Path file : files) {
        add(zip, directory.resolve(file), file.toString());
      }
    }
    return bytes.toByteArray();
  }

  private static void add(ZipArchiveOutputStream zip, Path file, String name) throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setTimeLocal(TIME);
    byte[] content;
    if (Files.isSymbolicLink(file)) {
      entry.setUnixMode(UnixStat.LINK_FLAG | 0777);
      content = Files.readSymbolicLink(file).toString().getBytes(StandardCharsets.UTF_8);
    } else {
      entry.setUnixMode(UnixStat.FILE_FLAG | (Files.isExecutable(file) ? 0755 : 0644));
      content = Files.readAllBytes(file);
    }
    zip.putArchiveEntry(entry);
    zip.write(content);
    zip.closeArchiveEntry();
  }
}
