package thaw.images;

import java.util.List;
import java.util.Optional;

/**
 * What a layer takes away from those below it.
 *
 * @param opaque everything in the directory, and not the directory itself
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/layer.md">OCI: whiteouts</a>
 */
record Whiteout(List<String> path, boolean opaque) {
  private static final String PREFIX = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  /** Of AUFS, and of no meaning to others. */
  private static final String RESERVED = ".wh..wh.";

  static boolean isReserved(List<String> path) {
    return !path.isEmpty() && path.getLast().startsWith(RESERVED) && !path.getLast().equals(OPAQUE);
  }

  /** Whether a member of this name is one. */
  static Optional<Whiteout> of(List<String> path) throws ImageException {
    if (path.isEmpty() || !path.getLast().startsWith(PREFIX)) {
      return Optional.empty();
    }
    List<String> directory = path.subList(0, path.size() - 1);
    if (path.getLast().equals(OPAQUE)) {
      return Optional.of(new Whiteout(directory, true));
    }
    String name = path.getLast().substring(PREFIX.length());
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw ImageException.invalid("a layer takes away what has no name");
    }
    return Optional.of(
        new Whiteout(
            java.util.stream.Stream.concat(directory.stream(), java.util.stream.Stream.of(name))
                .toList(),
            false));
  }
}
