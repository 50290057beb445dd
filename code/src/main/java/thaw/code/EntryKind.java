package thaw.code;

import org.apache.commons.compress.archivers.zip.AsiExtraField;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipExtraField;
import org.apache.commons.compress.archivers.zip.ZipShort;

/** What an archive entry is, by its unix attributes if it has any, else by its name. */
enum EntryKind {
  FILE,
  DIRECTORY,
  SYMBOLIC_LINK;

  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_DIRECTORY = 0040000;
  private static final int TYPE_FILE = 0100000;
  private static final int TYPE_LINK = 0120000;

  /** PKWARE's unix field: what follows its twelve fixed bytes names a link's or device's target. */
  private static final ZipShort PKWARE_UNIX = new ZipShort(0x000d);

  private static final int PKWARE_FIXED_BYTES = 12;

  /**
   * Looks at one entry.
   *
   * @throws thaw.model.LambdaException if it is none of these (a device, pipe, socket, hard link)
   */
  static EntryKind of(ZipArchiveEntry entry) {
    if (isHardLink(entry)) {
      throw refused(entry, "is a hard link: store the file itself");
    }
    boolean named = entry.getName().endsWith("/");
    int type = entry.getUnixMode() & TYPE_MASK;
    EntryKind kind =
        switch (type) {
          case 0 -> named ? DIRECTORY : FILE;
          case TYPE_FILE -> FILE;
          case TYPE_DIRECTORY -> DIRECTORY;
          case TYPE_LINK -> SYMBOLIC_LINK;
          default -> throw refused(entry, "is a device, pipe or socket");
        };
    if (kind != DIRECTORY && named) {
      if (kind == SYMBOLIC_LINK || entry.getSize() > 0) {
        throw refused(entry, "has a directory's name but is none");
      }
      return DIRECTORY;
    }
    return kind;
  }

  /** Whether anyone may execute it, by its unix attributes; false if it has none. */
  static boolean executable(ZipArchiveEntry entry) {
    return (entry.getUnixMode() & 0111) != 0;
  }

  private static boolean isHardLink(ZipArchiveEntry entry) {
    ZipExtraField unix = entry.getExtraField(PKWARE_UNIX);
    boolean linked =
        unix != null && unix.getCentralDirectoryLength().getValue() > PKWARE_FIXED_BYTES;
    boolean asi =
        entry.getExtraField(new AsiExtraField().getHeaderId()) instanceof AsiExtraField field
            && field.isLink();
    return (linked || asi) && (entry.getUnixMode() & TYPE_MASK) != TYPE_LINK;
  }

  private static RuntimeException refused(ZipArchiveEntry entry, String why) {
    return BadArchive.unreadable("entry " + BadArchive.shown(entry.getName()) + " " + why);
  }
}
