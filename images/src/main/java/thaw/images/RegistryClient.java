package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * Speaks the OCI's distribution protocol, reading only. What does not work is tried again, a
 * bounded number of times; credentials go to the registry they are for, and to whom it names to
 * give out tokens. Safe for use by many threads.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md">OCI:
 *     distribution</a>
 * @see <a href="https://distribution.github.io/distribution/spec/auth/token/">token
 *     authentication</a>
 */
final class RegistryClient implements AutoCloseable {
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERROR = 500;
  private static final int REDIRECTS = 5;
  private static final int TOKEN_BYTES = 256 * 1024;
  private static final int TOKENS_MAX = 1_000;
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  private final ImageSettings settings;
  private final Credentials credentials;
  private final HttpClient http;

  /** Authorization headers by registry and repository. */
  private final Map<String, String> authorizations = new ConcurrentHashMap<>();

  /** What an answer with a body says. */
  record Answer(InputStream body, long bytes, boolean partial) {}

  RegistryClient(ImageSettings settings) {
    this.settings = settings;
    this.credentials = new Credentials(settings.dockerConfig());
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.answerTimeout())
            .build();
  }

  /**
   * A repository at one address.
   *
   * @param registry whose credentials it wants
   * @param base address without path
   */
  record Place(String registry, URI base, String repository) {
    URI uri(String kind, String name) {
      return URI.create(base + "/v2/" + repository + "/" + kind + "/" + name);
    }

    private String key() {
      return base + " " + repository;
    }
  }

  /** Where a registry is, mirrors first. */
  List<Place> places(ImageReference.Remote reference) throws ImageException {
    URI own = base(reference.registry());
    String mirror = settings.mirrors().get(reference.registry());
    Place place = new Place(reference.registry(), own, reference.repository());
    if (mirror == null) {
      return List.of(place);
    }
    try {
      URI uri =
          URI.create(mirror.endsWith("/") ? mirror.substring(0, mirror.length() - 1) : mirror);
      return List.of(new Place(uri.getAuthority(), uri, reference.repository()), place);
    } catch (IllegalArgumentException e) {
      throw new ImageException(
          ImageException.Cause.UNREACHABLE,
          "images.mirrors: " + mirror + " is no address as https://host",
          e);
    }
  }

  private URI base(String registry) throws ImageException {
    String host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
    String scheme = isInsecure(registry) ? "http://" : "https://";
    try {
      return URI.create(scheme + host);
    } catch (IllegalArgumentException e) {
      throw new ImageException(
          ImageException.Cause.BAD_NAME, Texts.shown(registry) + " is no registry's address", e);
    }
  }

  private boolean isInsecure(String registry) {
    String host = registry.replaceFirst(":[0-9]+$", "");
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.[0-9]+\\.[0-9]+\\.[0-9]+")
        || settings.insecureRegistries().contains(registry);
  }

  /**
   * Gets a resource.
   *
   * @param accept media types, or nothing
   * @param from first byte that is wanted
   */
  Answer get(Place place, URI uri, String accept, long from) throws IOException {
    IOException last = new IOException("no attempt was made");
    for (int attempt = 0; attempt < settings.attempts(); attempt++) {
      try {
        return attempt(place, uri, accept, from);
      } catch (Again e) {
        last = e;
        pause(attempt, e.afterMillis);
      } catch (ImageException e) {
        throw e;
      } catch (IOException e) {
        last = e;
        pause(attempt, 0);
      }
    }
    throw new ImageException(
        ImageException.Cause.UNREACHABLE,
        "the registry at " + place.base() + " does not answer: " + text(last),
        last);
  }

  static String text(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** What may work the next time. */
  private static final class Again extends IOException {
    private static final long serialVersionUID = 1;

    private final long afterMillis;

    Again(String message, long afterMillis) {
      super(message);
      this.afterMillis = afterMillis;
    }
  }

  static void pause(int attempt, long wantedMillis) throws IOException {
    long most = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt, 10));
    long millis =
        Math.max(
            Math.min(wantedMillis, LONGEST_PAUSE_MILLIS),
            ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while a registry was waited for");
    }
  }

  private Answer attempt(Place place, URI uri, String accept, long from) throws IOException {
    Optional<String> authorization = Optional.ofNullable(authorizations.get(place.key()));
    HttpResponse<InputStream> response = send(uri, accept, from, authorization);
    if (response.statusCode() == UNAUTHORIZED) {
      response.body().close();
      String fresh = authorize(place, response);
      response = send(uri, accept, from, Optional.of(fresh));
    }
    int status = response.statusCode();
    if (status == OK || status == PARTIAL) {
      return new Answer(
          response.body(),
          response.headers().firstValueAsLong("Content-Length").orElse(-1),
          status == PARTIAL);
    }
    response.body().close();
    if (status == UNAUTHORIZED || status == FORBIDDEN) {
      authorizations.remove(place.key());
      throw new ImageException(
          ImageException.Cause.ACCESS_DENIED,
          "the registry " + place.registry() + " does not give access to " + place.repository());
    }
    if (status == NOT_FOUND) {
      throw new ImageException(
          ImageException.Cause.NOT_FOUND, uri.getPath() + " is not in " + place.registry());
    }
    if (status == TOO_MANY || status >= SERVER_ERROR) {
      throw new Again("status " + status, retryAfterMillis(response));
    }
    throw new ImageException(
        ImageException.Cause.UNREACHABLE,
        "the registry " + place.registry() + " answers with status " + status);
  }

  private static long retryAfterMillis(HttpResponse<?> response) {
    String after = response.headers().firstValue("Retry-After").orElse("0");
    return after.matches("[0-9]{1,5}") ? Long.parseLong(after) * 1000 : 0;
  }

  private HttpResponse<InputStream> send(
      URI first, String accept, long from, Optional<String> authorization) throws IOException {
    URI uri = first;
    for (int i = 0; i <= REDIRECTS; i++) {
      HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(settings.answerTimeout());
      if (!accept.isEmpty()) {
        request.header("Accept", accept);
      }
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-");
      }
      // Elsewhere a signature in the address takes its place.
      if (authorization.isPresent() && sameOrigin(uri, first)) {
        request.header("Authorization", authorization.get());
      }
      HttpResponse<InputStream> response = send(request.build());
      if (response.statusCode() < 300 || response.statusCode() >= 400) {
        return response;
      }
      response.body().close();
      uri = redirected(uri, first, response.headers().firstValue("Location").orElse(""));
    }
    throw new ImageException(
        ImageException.Cause.UNREACHABLE, first.getHost() + " redirects without end");
  }

  private static URI redirected(URI from, URI first, String location) throws ImageException {
    try {
      URI to = from.resolve(location);
      boolean secure = "https".equals(to.getScheme());
      boolean plain = "http".equals(first.getScheme()) && "http".equals(to.getScheme());
      if (to.getHost() != null && (secure || plain)) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new ImageException(
        ImageException.Cause.UNREACHABLE,
        first.getHost() + " redirects to where Thaw does not go: " + Texts.shown(location));
  }

  private static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equals(other.getScheme())
        && one.getAuthority().equals(other.getAuthority());
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      return response;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while a registry was asked");
    }
  }

  /** Does what a registry asks for; answers the header it wants to see. */
  private String authorize(Place place, HttpResponse<?> refused) throws IOException {
    List<Challenge> challenges =
        refused.headers().allValues("WWW-Authenticate").stream()
            .flatMap(header -> Challenge.parse(header).stream())
            .toList();
    Optional<String> basic = credentials.basic(place.registry());
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("bearer")) {
        return remember(place, "Bearer " + token(place, challenge, basic));
      }
      if (basic.isPresent()) {
        return remember(place, basic.get());
      }
    }
    throw new ImageException(
        ImageException.Cause.ACCESS_DENIED,
        "the registry "
            + place.registry()
            + " wants credentials (images.dockerConfig) for "
            + place.repository());
  }

  private String remember(Place place, String authorization) {
    if (authorizations.size() >= TOKENS_MAX) {
      authorizations.clear();
    }
    authorizations.put(place.key(), authorization);
    return authorization;
  }

  private String token(Place place, Challenge challenge, Optional<String> basic)
      throws IOException {
    URI realm = realm(place, challenge);
    String scope = challenge.parameter("scope");
    String query =
        "service="
            + encoded(challenge.parameter("service"))
            + "&scope="
            + encoded(scope.isEmpty() ? "repository:" + place.repository() + ":pull" : scope);
    URI uri = URI.create(realm + (realm.getQuery() == null ? "?" : "&") + query);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(settings.answerTimeout());
    basic.ifPresent(header -> request.header("Authorization", header));
    HttpResponse<InputStream> response = send(request.build());
    try (InputStream body = response.body()) {
      if (response.statusCode() >= SERVER_ERROR || response.statusCode() == TOO_MANY) {
        throw new Again("status " + response.statusCode() + " of " + realm.getHost(), 0);
      }
      if (response.statusCode() != OK) {
        throw new ImageException(
            ImageException.Cause.ACCESS_DENIED,
            realm.getHost() + " gives no token for " + place.repository());
      }
      JsonNode answer = OciJson.parse(body.readNBytes(TOKEN_BYTES), "token");
      String token = answer.path("token").asString(answer.path("access_token").asString(""));
      if (token.isEmpty() || !token.matches("[\\x21-\\x7e]+")) {
        throw new ImageException(
            ImageException.Cause.ACCESS_DENIED, realm.getHost() + " gives no token");
      }
      return token;
    }
  }

  private URI realm(Place place, Challenge challenge) throws ImageException {
    try {
      URI realm = URI.create(challenge.parameter("realm"));
      boolean plain = "http".equals(realm.getScheme()) && "http".equals(place.base().getScheme());
      if (realm.getHost() != null && ("https".equals(realm.getScheme()) || plain)) {
        return realm;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new ImageException(
        ImageException.Cause.ACCESS_DENIED,
        "the registry " + place.registry() + " names nobody who gives out tokens");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  Duration stallTimeout() {
    return settings.stallTimeout();
  }

  int attempts() {
    return settings.attempts();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
