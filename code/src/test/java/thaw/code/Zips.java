package thaw.code;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Builds archives for tests, hostile ones too. */
final class Zips implements AutoCloseable {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes);

  Zips() {
    zip.setLevel(Deflater.BEST_SPEED);
  }

  static byte[] of(String name, String content) {
    return new Zips().file(name, content).bytes();
  }

  Zips file(String name, String content) {
    return file(name, content.getBytes(StandardCharsets.UTF_8), 0100644);
  }

  Zips executable(String name, String content) {
    return file(name, content.getBytes(StandardCharsets.UTF_8), 0100700);
  }

  Zips link(String name, String target) {
    return file(name, target.getBytes(StandardCharsets.UTF_8), 0120777);
  }

  /** An entry as a tool without unix attributes writes it. */
  Zips plain(String name, String content) {
    return entry(new ZipArchiveEntry(name), content.getBytes(StandardCharsets.UTF_8));
  }

  Zips directory(String name) {
    return file(name, new byte[0], 0040755);
  }

  Zips file(String name, byte[] content, int unixMode) {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setUnixMode(unixMode);
    return entry(entry, content);
  }

  Zips entry(ZipArchiveEntry entry, byte[] content) {
    try {
      if (entry.getTime() < 0 || entry.getLastModifiedTime() == null) {
        entry.setTimeLocal(java.time.LocalDateTime.of(2024, 5, 6, 7, 8, 10));
      }
      zip.putArchiveEntry(entry);
      zip.write(content);
      zip.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes() {
    close();
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces bytes wherever they stand, by as many others: in the local and the central header. */
  static byte[] patched(byte[] archive, byte[] from, byte[] to) {
    byte[] patched = archive.clone();
    for (int i = 0; i + from.length <= patched.length; i++) {
      if (java.util.Arrays.equals(patched, i, i + from.length, from, 0, from.length)) {
        System.arraycopy(to, 0, patched, i, to.length);
      }
    }
    return patched;
  }

  /** Changes a 16 or 32 bit field of the first entry in the archive's list (little endian). */
  static byte[] centralField(byte[] archive, int offset, int width, long value) {
    byte[] patched = archive.clone();
    for (int i = 0; i + 46 <= patched.length; i++) {
      if (patched[i] == 'P'
          && patched[i + 1] == 'K'
          && patched[i + 2] == 1
          && patched[i + 3] == 2) {
        for (int b = 0; b < width; b++) {
          patched[i + offset + b] = (byte) (value >> (8 * b));
        }
        return patched;
      }
    }
    throw new IllegalArgumentException("no entry");
  }
}
