package thaw.images;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a member of a layer belongs, as a path below the image's root: without empty parts, {@code
 * .} and {@code ..}, which never leads above the root.
 */
final class EntryName {
  private static final int NAME_BYTES = 255;
  private static final int PATH_BYTES = 4096;
  private static final int PARTS = 512;

  private EntryName() {}

  /** The path's parts; none for the root. */
  static List<String> parts(String name) throws ImageException {
    if (name.length() > PATH_BYTES || name.indexOf('\0') >= 0) {
      throw bad(name);
    }
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        if (!parts.isEmpty()) {
          parts.removeLast();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        if (part.length() > NAME_BYTES) {
          throw bad(name);
        }
        parts.add(part);
      }
    }
    if (parts.size() > PARTS) {
      throw bad(name);
    }
    return parts;
  }

  private static ImageException bad(String name) {
    return ImageException.invalid(
        "a layer has a name that no file can have: " + Texts.shownBytes(name));
  }
}
