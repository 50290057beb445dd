package thaw.code;

import java.nio.file.attribute.FileTime;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.zip.X5455_ExtendedTimestamp;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import thaw.erofs.ErofsSuperblock;

/**
 * When an entry was last changed. Kept, because runtimes compare it: Python takes a packed {@code
 * .pyc} only if it was made of a source of this very time.
 */
final class EntryTime {
  private EntryTime() {}

  /**
   * Seconds since 1970: the entry's unix time if it has one, else its DOS time read as UTC, so that
   * an archive gives the same image wherever it is made.
   */
  static long modifiedSeconds(ZipArchiveEntry entry) {
    if (entry.getExtraField(X5455_ExtendedTimestamp.HEADER_ID)
        instanceof X5455_ExtendedTimestamp unix) {
      FileTime time = unix.getModifyFileTime();
      if (time != null) {
        return Math.max(0, time.to(TimeUnit.SECONDS));
      }
    }
    return entry.getTime() < 0
        ? ErofsSuperblock.EPOCH_SECONDS
        : Math.max(0, entry.getTimeLocal().toEpochSecond(ZoneOffset.UTC));
  }
}
