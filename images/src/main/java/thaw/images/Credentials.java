package thaw.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Users and passwords for registries, out of Docker's config.json. It is read anew each time:
 * logins come and go. Credential helpers are programs, and are not run.
 */
final class Credentials {
  private static final Map<String, String> ALIASES =
      Map.of("docker.io", "https://index.docker.io/v1/");

  private final Optional<Path> file;

  Credentials(Optional<Path> file) {
    this.file = file;
  }

  /** The value of an Authorization header, if there are credentials for a registry. */
  Optional<String> basic(String registry) throws IOException {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    JsonNode auths;
    try {
      auths = OciJson.parse(Files.readAllBytes(file.get()), "credentials").path("auths");
    } catch (IOException e) {
      throw new IOException("images.dockerConfig: " + file.get() + " cannot be read", e);
    }
    JsonNode auth = auths.path(registry);
    if (auth.isMissingNode()) {
      auth = auths.path("https://" + registry);
    }
    if (auth.isMissingNode() && ALIASES.containsKey(registry)) {
      auth = auths.path(ALIASES.get(registry));
    }
    String encoded = auth.path("auth").asString("");
    if (encoded.isEmpty() && auth.path("username").isString()) {
      String pair = auth.path("username").asString() + ":" + auth.path("password").asString("");
      encoded = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
    return encoded.isEmpty() ? Optional.empty() : Optional.of("Basic " + encoded);
  }
}
