package thaw.code;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Follows symbolic links the way a kernel would, inside the archive's own tree, to see whether one
 * leads out of it. Looking at a target's text is not enough: {@code a/..} leads elsewhere when
 * {@code a} is a link.
 */
final class SymbolicLinks {
  /** Longest target, bytes. With {@link #LINKS} and {@link #HOPS} it bounds the time of it all. */
  static final int TARGET_BYTES = 1_024;

  /** Most links of one archive. */
  static final int LINKS = 10_000;

  /** Most links followed for one path: Linux's own limit. A longer chain is a loop and harmless. */
  private static final int HOPS = 40;

  /** What stands for a file or a missing name: nothing lies below it. */
  private static final ArchiveNode.Directory NOTHING = ArchiveNode.Directory.empty();

  private SymbolicLinks() {}

  /**
   * Follows a link.
   *
   * @param directory the way from the archive's root (first) to the directory the link lies in
   * @return whether following the link ends, or gets lost, inside the archive
   */
  static boolean staysInside(List<ArchiveNode.Directory> directory, String target) {
    List<ArchiveNode.Directory> place = new ArrayList<>(directory);
    Deque<String> ahead = new ArrayDeque<>();
    if (!push(ahead, target)) {
      return false;
    }
    int hops = 1;
    while (!ahead.isEmpty()) {
      String part = ahead.pop();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        if (place.size() == 1) {
          return false;
        }
        place.removeLast();
        continue;
      }
      switch (place.getLast().children().get(part)) {
        case ArchiveNode.Directory child -> place.add(child);
        case ArchiveNode.SymbolicLink(String next) -> {
          if (++hops > HOPS) {
            return true;
          }
          if (!push(ahead, next)) {
            return false;
          }
        }
        case null, default -> place.add(NOTHING);
      }
    }
    return true;
  }

  private static boolean push(Deque<String> ahead, String target) {
    if (target.startsWith("/")) {
      return false;
    }
    List.of(target.split("/", -1)).reversed().forEach(ahead::push);
    return true;
  }
}
