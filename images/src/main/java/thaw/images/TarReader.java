package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive as a stream: ustar, pax and GNU long names. Names and attributes are taken
 * byte for byte, which commons-compress does not do. The archive is a stranger's: everything in it
 * is bounded, and nothing of it is believed but its own order.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html">POSIX: pax</a>
 */
final class TarReader {
  static final int BLOCK_BYTES = 512;

  /** Most bytes of one extended header or long name. */
  private static final int HEADER_BYTES = 1 << 20;

  private static final String ATTRIBUTE = "SCHILY.xattr.";
  private static final int CHECKSUM_AT = 148;

  private final InputStream in;
  private final byte[] header = new byte[BLOCK_BYTES];
  private final SortedMap<String, byte[]> global = new TreeMap<>();
  private long contentLeft;
  private long padding;

  TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next member; what was left of the last one's content is skipped.
   *
   * @return empty at the end of the archive
   * @throws ImageException if it is no archive that this can read
   */
  Optional<TarEntry> next() throws IOException {
    SortedMap<String, byte[]> extended = new TreeMap<>(global);
    @Nullable String longName = null;
    @Nullable String longLink = null;
    while (true) {
      skipContent();
      if (!readHeader()) {
        return Optional.empty();
      }
      char type = (char) (header[156] & 0xff);
      long bytes = number(124, 12);
      begin(bytes);
      switch (type) {
        case 'x' -> parse(smallContent(bytes), extended);
        case 'g' -> {
          parse(smallContent(bytes), global);
          extended.putAll(global);
        }
        case 'L' -> longName = text(smallContent(bytes));
        case 'K' -> longLink = text(smallContent(bytes));
        default -> {
          return Optional.of(entry(type, bytes, extended, longName, longLink));
        }
      }
    }
  }

  /** Some of the present member's content; -1 at its end. */
  int read(byte[] buffer) throws IOException {
    if (contentLeft == 0) {
      return -1;
    }
    int n = in.read(buffer, 0, (int) Math.min(buffer.length, contentLeft));
    if (n <= 0) {
      throw truncated();
    }
    contentLeft -= n;
    return n;
  }

  private void begin(long bytes) throws ImageException {
    if (bytes < 0) {
      throw ImageException.invalid("a member of a layer has a negative size");
    }
    contentLeft = bytes;
    padding = (BLOCK_BYTES - bytes % BLOCK_BYTES) % BLOCK_BYTES;
  }

  private void skipContent() throws IOException {
    long left = contentLeft + padding;
    while (left > 0) {
      long n = in.skip(left);
      if (n <= 0) {
        if (in.read() < 0) {
          throw truncated();
        }
        n = 1;
      }
      left -= n;
    }
    contentLeft = 0;
    padding = 0;
  }

  /** False at the end: a block of zeros, or nothing more. */
  private boolean readHeader() throws IOException {
    int n = in.readNBytes(header, 0, BLOCK_BYTES);
    if (n == 0) {
      return false;
    }
    if (n < BLOCK_BYTES) {
      throw truncated();
    }
    long sum = 0;
    boolean zero = true;
    for (int i = 0; i < BLOCK_BYTES; i++) {
      boolean checksum = i >= CHECKSUM_AT && i < CHECKSUM_AT + 8;
      sum += checksum ? ' ' : header[i] & 0xff;
      zero &= header[i] == 0;
    }
    if (zero) {
      return false;
    }
    if (sum != number(CHECKSUM_AT, 8)) {
      throw ImageException.invalid("a layer is not a tar archive, or is damaged");
    }
    return true;
  }

  private TarEntry entry(
      char type,
      long headerBytes,
      SortedMap<String, byte[]> extended,
      @Nullable String longName,
      @Nullable String longLink)
      throws ImageException {
    String name = text(extended, "path", longName == null ? headerName() : longName);
    if (extended.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."))) {
      throw ImageException.invalid(Texts.shownBytes(name) + " is a sparse member of its layer");
    }
    TarEntry.Kind kind = kind(type, name);
    byte @Nullable [] size = extended.get("size");
    long bytes = size == null ? headerBytes : decimal(size);
    begin(bytes);
    if (kind != TarEntry.Kind.FILE && bytes != 0) {
      // Some writers give links and directories the size of what they stand for, and no content.
      bytes = 0;
      begin(0);
    }
    byte @Nullable [] modified = extended.get("mtime");
    return new TarEntry(
        kind,
        name,
        text(extended, "linkpath", longLink == null ? field(157, 100) : longLink),
        bytes,
        (int) number(100, 8),
        id(extended, "uid", 108),
        id(extended, "gid", 116),
        modified == null ? number(136, 12) : PaxTime.seconds(modified),
        modified == null ? 0 : PaxTime.nanos(modified),
        attributes(extended));
  }

  private static TarEntry.Kind kind(char type, String name) throws ImageException {
    return switch (type) {
      case '0', '\0', '7' -> name.endsWith("/") ? TarEntry.Kind.DIRECTORY : TarEntry.Kind.FILE;
      case '1' -> TarEntry.Kind.HARD_LINK;
      case '2' -> TarEntry.Kind.SYMBOLIC_LINK;
      case '3', '4' -> TarEntry.Kind.DEVICE;
      case '5' -> TarEntry.Kind.DIRECTORY;
      case '6' -> TarEntry.Kind.FIFO;
      default ->
          throw ImageException.invalid(
              Texts.shownBytes(name)
                  + " is of a kind that no file system has: tar type "
                  + (int) type);
    };
  }

  private int id(SortedMap<String, byte[]> extended, String key, int at) throws ImageException {
    byte @Nullable [] given = extended.get(key);
    long id = given == null ? number(at, 8) : decimal(given);
    if (id < 0 || id > 0xffff_fffeL) {
      throw ImageException.invalid("a member of a layer has the " + key + " " + id);
    }
    return (int) id;
  }

  private static SortedMap<String, byte[]> attributes(SortedMap<String, byte[]> extended) {
    SortedMap<String, byte[]> attributes = new TreeMap<>();
    extended.forEach((key, value) -> {
      if (key.startsWith(ATTRIBUTE)) {
        attributes.put(key.substring(ATTRIBUTE.length()), value);
      }
    });
    return attributes;
  }

  private String headerName() {
    String name = field(0, 100);
    boolean ustar = field(257, 6).equals("ustar") && header[262] == 0;
    String prefix = ustar ? field(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private String field(int at, int length) {
    int end = at;
    while (end < at + length && header[end] != 0) {
      end++;
    }
    return new String(header, at, end - at, StandardCharsets.ISO_8859_1);
  }

  /** Octal digits, or since GNU the bytes of the number behind a set first bit. */
  private long number(int at, int length) throws ImageException {
    if ((header[at] & 0x80) != 0) {
      long value = (header[at] & 0x40) != 0 ? -1 : 0;
      value = value << 6 | (header[at] & 0x3f);
      for (int i = at + 1; i < at + length; i++) {
        if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
          throw ImageException.invalid("a number in a layer's archive is too large");
        }
        value = value << 8 | (header[i] & 0xff);
      }
      return value;
    }
    String digits = field(at, length).trim();
    if (digits.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseUnsignedLong(digits, 8);
    } catch (NumberFormatException e) {
      throw ImageException.invalid("a number in a layer's archive is none");
    }
  }

  private static long decimal(byte[] digits) throws ImageException {
    try {
      return Long.parseLong(latin(digits));
    } catch (NumberFormatException e) {
      throw ImageException.invalid("a number in a layer's archive is none");
    }
  }

  private byte[] smallContent(long bytes) throws IOException {
    if (bytes > HEADER_BYTES) {
      throw ImageException.invalid("an extended header in a layer is larger than " + HEADER_BYTES);
    }
    byte[] content = in.readNBytes((int) bytes);
    if (content.length < bytes) {
      throw truncated();
    }
    contentLeft = 0;
    return content;
  }

  /** Records of the form {@code "%d %s=%s\n", length of the record, keyword, value}. */
  private static void parse(byte[] records, SortedMap<String, byte[]> into) throws ImageException {
    int at = 0;
    while (at < records.length) {
      int space = indexOf(records, ' ', at, Math.min(records.length, at + 10));
      long length = space < 0 ? -1 : decimal(java.util.Arrays.copyOfRange(records, at, space));
      int end = (int) Math.min(Integer.MAX_VALUE, at + length);
      int equals = length <= 0 || end > records.length ? -1 : indexOf(records, '=', space, end);
      if (equals < 0 || end <= equals || records[end - 1] != '\n') {
        throw ImageException.invalid("an extended header in a layer is damaged");
      }
      String key = new String(records, space + 1, equals - space - 1, StandardCharsets.ISO_8859_1);
      if (equals + 1 == end - 1 && !key.startsWith(ATTRIBUTE)) {
        into.remove(key);
      } else {
        into.put(key, java.util.Arrays.copyOfRange(records, equals + 1, end - 1));
      }
      at = end;
    }
  }

  private static int indexOf(byte[] bytes, char wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static String text(SortedMap<String, byte[]> extended, String key, String otherwise) {
    byte @Nullable [] given = extended.get(key);
    return given == null ? otherwise : latin(given);
  }

  private static String text(byte[] zeroEnded) {
    String text = latin(zeroEnded);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static ImageException truncated() {
    return ImageException.invalid("a layer's archive ends early");
  }
}
