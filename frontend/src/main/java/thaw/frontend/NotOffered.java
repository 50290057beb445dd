package thaw.frontend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/** The rest of the Lambda API, so that who asks for it is told its name and not just "unknown". */
final class NotOffered {
  /**
   * @param path split at its slashes; a segment of two braces stands for anything
   */
  private record Entry(String method, List<String> path, String operation) {
    boolean matches(String otherMethod, List<String> other) {
      if (!method.equals(otherMethod) || path.size() != other.size()) {
        return false;
      }
      for (int i = 0; i < path.size(); i++) {
        if (!path.get(i).equals("{}") && !path.get(i).equals(other.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  /** Longest path looked up, characters. */
  private static final int PATH_CHARS = 4096;

  private static final List<Entry> ENTRIES = read();

  private NotOffered() {}

  /** The error for a request that no route takes. */
  static LambdaException error(String method, String path) {
    if (path.length() <= PATH_CHARS) {
      List<String> segments =
          List.of(
              (path.endsWith("/") ? path.substring(0, path.length() - 1) : path).split("/", -1));
      for (Entry entry : ENTRIES) {
        if (entry.matches(method, segments)) {
          return new LambdaException(
              ErrorCode.NOT_IMPLEMENTED, "Thaw does not offer " + entry.operation() + " yet");
        }
      }
    }
    return new LambdaException(
        ErrorCode.UNKNOWN_OPERATION,
        "The Lambda API has no operation "
            + method
            + " "
            + (path.length() <= 200 ? path : path.substring(0, 200) + "..."));
  }

  private static List<Entry> read() {
    try (InputStream in = NotOffered.class.getResourceAsStream("operations-not-offered.txt")) {
      if (in == null) {
        throw new IllegalStateException("operations-not-offered.txt is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" "))
          .map(part -> new Entry(part[0], List.of(part[1].split("/", -1)), part[2]))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
