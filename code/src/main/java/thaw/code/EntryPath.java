package thaw.code;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The place of an archive entry, as the names of its directories and its own name, root first. Only
 * names that stay below the archive's root can be one of these.
 *
 * @param names empty for the root itself
 */
record EntryPath(List<String> names) {
  /** Longest name of one file, bytes: what Linux and erofs hold. */
  static final int NAME_BYTES = 255;

  /** Longest path, bytes: below Linux's PATH_MAX with the guest's {@code /var/task/} before it. */
  static final int PATH_BYTES = 4_000;

  EntryPath {
    names = List.copyOf(names);
  }

  /**
   * Reads the raw name of an archive entry. A trailing slash, {@code .} and empty parts carry no
   * meaning and are dropped.
   *
   * @throws thaw.model.LambdaException if the name is not UTF-8 or leads out of the archive
   */
  static EntryPath parse(byte[] rawName) {
    String name = utf8(rawName, "the name of an entry");
    if (rawName.length == 0) {
      throw BadArchive.unreadable("an entry has no name");
    }
    if (rawName.length > PATH_BYTES) {
      throw refused(name, "has a path longer than " + PATH_BYTES + " bytes");
    }
    if (name.indexOf('\0') >= 0) {
      throw refused(name, "has a zero byte in its name");
    }
    if (name.indexOf('\\') >= 0) {
      throw refused(name, "has a backslash in its name: separate directories by /");
    }
    if (name.startsWith("/") || hasDriveLetter(name)) {
      throw refused(name, "has an absolute path: paths must be relative to the archive's root");
    }
    List<String> names = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw refused(name, "leads out of the archive");
      }
      if (part.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES) {
        throw refused(name, "has a name longer than " + NAME_BYTES + " bytes");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        names.add(part);
      }
    }
    return new EntryPath(names);
  }

  /** Decodes UTF-8 strictly; bytes that are none are refused rather than replaced. */
  static String utf8(byte[] bytes, String what) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw BadArchive.unreadable(
          what
              + " is not valid UTF-8: "
              + BadArchive.shown(new String(bytes, StandardCharsets.ISO_8859_1)));
    }
  }

  @Override
  public String toString() {
    return String.join("/", names);
  }

  private static boolean hasDriveLetter(String name) {
    return name.length() >= 2
        && name.charAt(1) == ':'
        && Character.isLetter(name.charAt(0))
        && name.charAt(0) < 128;
  }

  private static RuntimeException refused(String name, String why) {
    return BadArchive.unreadable("entry " + BadArchive.shown(name) + " " + why);
  }
}
