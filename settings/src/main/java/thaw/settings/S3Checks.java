package thaw.settings;

import java.net.URI;
import java.util.Optional;

/** What settings of an S3 have to obey that their types cannot say. */
public final class S3Checks {
  private S3Checks() {}

  /**
   * Checks an address and credentials.
   *
   * @throws IllegalArgumentException naming the setting and what it must be
   */
  public static void check(
      Optional<String> endpoint, Optional<String> accessKeyId, Optional<String> secretAccessKey) {
    if (endpoint.isPresent() && !isHttp(endpoint.get())) {
      throw new IllegalArgumentException(
          "endpoint must be a URL like http://127.0.0.1:9090, not \"" + endpoint.get() + "\"");
    }
    if (accessKeyId.isPresent() != secretAccessKey.isPresent()) {
      throw new IllegalArgumentException("accessKeyId and secretAccessKey go together");
    }
  }

  private static boolean isHttp(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
