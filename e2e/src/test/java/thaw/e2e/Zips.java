package thaw.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import software.amazon.awssdk.core.SdkBytes;

/** Deployment packages of one file. */
final class Zips {
  private static final int EXECUTABLE = 0100755;

  private Zips() {}

  /** A package whose file is an executable of this name. */
  static SdkBytes of(String name, String content) {
    return of(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** A package whose file, an executable of this name, has this content. */
  static SdkBytes of(String name, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      ZipArchiveEntry entry = new ZipArchiveEntry(name);
      entry.setUnixMode(EXECUTABLE);
      zip.putArchiveEntry(entry);
      zip.write(content);
      zip.closeArchiveEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return SdkBytes.fromByteArray(bytes.toByteArray());
  }

  /** A file of {@code src/test/resources/functions}. */
  static String source(String name) {
    try (InputStream in = Zips.class.getResourceAsStream("/functions/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource functions/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
