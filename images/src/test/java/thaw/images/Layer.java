package thaw.images;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Builds a layer: a tar archive, by commons-compress. */
final class Layer {
  static final long TIME = 1_700_000_000;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar =
      new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

  Layer() {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  Layer directory(String name) {
    return directory(name, 0755, 0, 0, TIME);
  }

  Layer directory(String name, int mode, int uid, int gid, long time) {
    TarArchiveEntry entry = new TarArchiveEntry(name + "/", true);
    entry.setMode(mode);
    return put(entry, uid, gid, time, new byte[0]);
  }

  Layer file(String name, String content) {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  Layer file(String name, byte[] content) {
    return file(name, content, 0644, 0, 0, TIME, Map.of());
  }

  Layer file(
      String name,
      byte[] content,
      int mode,
      int uid,
      int gid,
      long time,
      Map<String, String> attributes) {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
    entry.setMode(mode);
    attributes.forEach((key, value) -> entry.addPaxHeader("SCHILY.xattr." + key, value));
    return put(entry, uid, gid, time, content);
  }

  Layer symbolicLink(String name, String target) {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK, true);
    entry.setLinkName(target);
    return put(entry, 0, 0, TIME, new byte[0]);
  }

  Layer hardLink(String name, String target) {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_LINK, true);
    entry.setLinkName(target);
    return put(entry, 0, 0, TIME, new byte[0]);
  }

  Layer device(String name) {
    return put(new TarArchiveEntry(name, TarConstants.LF_CHR, true), 0, 0, TIME, new byte[0]);
  }

  Layer fifo(String name) {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_FIFO, true);
    entry.setMode(0644);
    return put(entry, 0, 0, TIME, new byte[0]);
  }

  Layer remove(String directory, String name) {
    return file(directory + ".wh." + name, "");
  }

  Layer empty(String directory) {
    return file(directory + ".wh..wh..opq", "");
  }

  private Layer put(TarArchiveEntry entry, int uid, int gid, long time, byte[] content) {
    try {
      entry.setUserId(uid);
      entry.setGroupId(gid);
      entry.setModTime(time * 1000);
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] tar() {
    try {
      tar.close();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] gzip(byte[] plain) {
    return through(plain, GZIPOutputStream::new);
  }

  static byte[] zstd(byte[] plain) {
    return through(plain, ZstdOutputStream::new);
  }

  private interface Compressor {
    OutputStream over(OutputStream out) throws IOException;
  }

  private static byte[] through(byte[] plain, Compressor compressor) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = compressor.over(compressed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compressed.toByteArray();
  }
}
