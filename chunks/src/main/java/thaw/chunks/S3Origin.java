package thaw.chunks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.paginators.ListObjectsV2Iterable;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * An origin in a bucket of S3, or of anything that speaks its API. Requests have time-outs and are
 * tried again with growing pauses; a read that takes longer than most is sent a second time.
 *
 * <p>Reads are sent without the SDK ({@link S3Reader}), and with it if that does not give an
 * object.
 */
public final class S3Origin implements Origin {
  private static final Logger LOG = LoggerFactory.getLogger(S3Origin.class);

  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  /** As many as the first resume has use for at once, and reads until their code is compiled. */
  private static final int WARM_CONNECTIONS = 16;

  private static final int WARM_READS = 20;
  private static final int FAILURES_MAX = 10;
  private static final long PAUSE_MILLIS_MAX = 100;
  private static final Duration LEAST_TIMEOUT = Duration.ofMillis(1);

  private final S3Client client;
  private final S3Settings settings;
  private final String bucket;
  private final Hedge hedge = new Hedge();
  private final AwsCredentialsProvider credentials;
  private final S3Reader reader;
  private volatile boolean conditionalPuts = true;
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private volatile boolean readsDirectly;

  public S3Origin(S3Settings settings) {
    this.settings = settings;
    this.bucket = settings.bucket().orElseThrow();
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(settings.region()))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(settings.connections())
                    .connectionAcquisitionTimeout(settings.requestTimeout()))
            .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
            // What every S3 understands; the names verify the bytes anyway.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(override ->
                override
                    .apiCallAttemptTimeout(settings.attemptTimeout())
                    .apiCallTimeout(settings.requestTimeout())
                    .retryStrategy(
                        StandardRetryStrategy.builder().maxAttempts(settings.attempts()).build()));
    builder.forcePathStyle(settings.pathStyle());
    settings.endpoint().ifPresent(endpoint -> builder.endpointOverride(URI.create(endpoint)));
    credentials = credentials(settings);
    client = builder.credentialsProvider(credentials).build();
    URI objects = objects();
    readsDirectly = objects.getHost() != null && !isBehindProxy(objects);
    reader =
        new S3Reader(
            objects,
            credentials::resolveCredentials,
            new S3Signature(settings.region()),
            settings.attemptTimeout(),
            settings.connections(),
            InstantSource.system(),
            (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  private static AwsCredentialsProvider credentials(S3Settings settings) {
    return settings.accessKeyId().isPresent()
        ? StaticCredentialsProvider.create(
            AwsBasicCredentials.create(
                settings.accessKeyId().get(), settings.secretAccessKey().orElseThrow()))
        : DefaultCredentialsProvider.builder().build();
  }

  /** Where the objects below the prefix are, as the SDK addresses them. */
  private URI objects() {
    String url =
        client.utilities().getUrl(request -> request.bucket(bucket).key(key("-"))).toString();
    return URI.create(url.substring(0, url.length() - 1));
  }

  /** Whether the SDK sends requests through a proxy: then it is to send them all. */
  private static boolean isBehindProxy(URI server) {
    ProxyConfiguration proxy = ProxyConfiguration.builder().build();
    return proxy.host() != null
        && proxy.nonProxyHosts().stream().noneMatch(server.getHost()::matches);
  }

  @Override
  public void put(ObjectName name, byte[] bytes) throws IOException {
    if (!contains(name)) {
      upload(name.path(), bytes, conditionalPuts);
    }
  }

  private void upload(String path, byte[] bytes, boolean conditional) throws IOException {
    try {
      client.putObject(
          request -> {
            request.bucket(bucket).key(key(path));
            if (conditional) {
              request.ifNoneMatch("*");
            }
          },
          RequestBody.fromBytes(bytes));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_IMPLEMENTED && conditional) {
        conditionalPuts = false; // an S3 that does not know them: the bytes are the same anyway
        upload(path, bytes, false);
      } else if (e.statusCode() != PRECONDITION_FAILED) { // which says that another was quicker
        throw failed("PUT", path, e);
      }
    } catch (SdkException e) {
      throw failed("PUT", path, e);
    }
  }

  @Override
  public Optional<byte[]> get(ObjectName name) throws IOException {
    return hedge.send(() -> download(name.path(), name.kind().maxBytes()));
  }

  private Optional<byte[]> download(String path, int maxBytes) throws IOException {
    if (!readsDirectly) {
      return downloadBySdk(path, maxBytes, settings.requestTimeout());
    }
    long begin = System.nanoTime();
    S3Reader.Outcome outcome = reader.read(path, maxBytes);
    return switch (outcome) {
      case S3Reader.Outcome.Found(byte[] bytes) -> {
        failuresInARow.set(0);
        yield Optional.of(bytes);
      }
      case S3Reader.Outcome.Missing() -> Optional.empty();
      case S3Reader.Outcome.Failed _, S3Reader.Outcome.Unusual _ -> {
        LOG.debug("GET {} is sent again: {}", path, outcome);
        pause();
        Optional<byte[]> found = downloadBySdk(path, maxBytes, left(begin));
        if (found.isPresent() && found.get().length <= maxBytes && isForGood(outcome)) {
          LOG.info("From now on the SDK reads from {}, since others got: {}", place(), outcome);
          readsDirectly = false;
        }
        yield found;
      }
    };
  }

  /** As the SDK pauses before it sends a request for the second time. */
  private static void pause() throws IOException {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(PAUSE_MILLIS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  /** Whether other reads than the SDK's, which had the object, will hardly end otherwise. */
  private boolean isForGood(S3Reader.Outcome outcome) {
    boolean mayPass =
        !(outcome instanceof S3Reader.Outcome.Unusual(int status))
            || status >= SERVER_ERROR
            || status == REQUEST_TIMEOUT
            || status == TOO_MANY_REQUESTS;
    return !mayPass || failuresInARow.incrementAndGet() >= FAILURES_MAX;
  }

  private Duration left(long beginNanos) {
    Duration left = settings.requestTimeout().minusNanos(System.nanoTime() - beginNanos);
    return left.compareTo(LEAST_TIMEOUT) > 0 ? left : LEAST_TIMEOUT;
  }

  private Optional<byte[]> downloadBySdk(String path, int maxBytes, Duration timeout)
      throws IOException {
    try {
      return Optional.of(
          client.getObject(
              request ->
                  request
                      .bucket(bucket)
                      .key(key(path))
                      .overrideConfiguration(override -> override.apiCallTimeout(timeout)),
              ResponseTransformer.unmanaged((response, body) -> read(body, maxBytes))));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw failed("GET", path, e);
    } catch (SdkException e) {
      throw failed("GET", path, e);
    }
  }

  private static byte[] read(AbortableInputStream body, int maxBytes) {
    try (body) {
      byte[] bytes = body.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        body.abort(); // no object of ours; its hash will say so
      }
      return bytes;
    } catch (IOException e) {
      throw RetryableException.create("the answer was cut off: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean contains(ObjectName name) throws IOException {
    try {
      client.headObject(request -> request.bucket(bucket).key(key(name)));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return false;
      }
      throw failed("HEAD", name.path(), e);
    } catch (SdkException e) {
      throw failed("HEAD", name.path(), e);
    }
  }

  @Override
  public boolean carryOver(ObjectName name, long toRoot) throws IOException {
    ObjectName target = name.in(toRoot);
    if (contains(target)) {
      return true;
    }
    try {
      client.copyObject(request ->
          request
              .sourceBucket(bucket)
              .sourceKey(key(name))
              .destinationBucket(bucket)
              .destinationKey(key(target)));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return false;
      }
      throw failed("COPY", name.path(), e);
    } catch (SdkException e) {
      throw failed("COPY", name.path(), e);
    }
  }

  @Override
  public void list(long root, ObjectName.Kind kind, Consumer<Hash> visitor) throws IOException {
    String prefix = ObjectName.prefix(root, kind);
    try {
      for (ListObjectsV2Response page : pages(prefix)) {
        for (S3Object object : page.contents()) {
          visitor.accept(Hash.parse(object.key().substring(object.key().lastIndexOf('/') + 1)));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("a foreign object is in the bucket below " + prefix, e);
    } catch (SdkException e) {
      throw failed("LIST", prefix, e);
    }
  }

  @Override
  public void delete(ObjectName name) throws IOException {
    try {
      client.deleteObject(request -> request.bucket(bucket).key(key(name)));
    } catch (SdkException e) {
      throw failed("DELETE", name.path(), e);
    }
  }

  @Override
  public void deleteRoot(long root) throws IOException {
    String prefix = ObjectName.rootPrefix(root);
    try {
      for (ListObjectsV2Response page : pages(prefix)) {
        if (!page.contents().isEmpty()) {
          deleteAll(page.contents().stream().map(S3Object::key).toList());
        }
      }
    } catch (SdkException e) {
      throw failed("DELETE", prefix, e);
    }
  }

  private void deleteAll(List<String> keys) throws IOException {
    List<ObjectIdentifier> objects =
        keys.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    DeleteObjectsResponse response =
        client.deleteObjects(request ->
            request.bucket(bucket).delete(delete -> delete.objects(objects).quiet(true)));
    if (!response.errors().isEmpty()) {
      throw new IOException("S3 did not delete all: " + response.errors().getFirst());
    }
  }

  /** Reads that were sent a second time because the first took long. */
  public long hedgedReads() {
    return hedge.hedgedRequests();
  }

  /** What is below a prefix, asked for page by page (of 1,000) while it is read. */
  private ListObjectsV2Iterable pages(String prefix) {
    return client.listObjectsV2Paginator(
        request -> request.bucket(bucket).prefix(settings.prefix() + prefix));
  }

  @Override
  public byte[] claim(byte[] mark) throws IOException {
    Optional<byte[]> found = download(OwnedOrigin.MARK, OwnedOrigin.MARK_BYTES_MAX);
    if (found.isEmpty()) {
      upload(OwnedOrigin.MARK, mark, conditionalPuts);
      found = download(OwnedOrigin.MARK, OwnedOrigin.MARK_BYTES_MAX); // another may be quicker
    }
    return found.orElseThrow(
        () -> new IOException("S3: what was just put there is gone: " + key(OwnedOrigin.MARK)));
  }

  /** Asks who owns the bucket, again and again: a small object that is there. */
  @Override
  public void warmUp() {
    if (readsDirectly) {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < WARM_CONNECTIONS; i++) {
          Future<?> _ = threads.submit(this::warmUpConnection);
        }
      }
    }
  }

  private void warmUpConnection() {
    for (int i = 0; i < WARM_READS; i++) {
      if (!(reader.read(OwnedOrigin.MARK, OwnedOrigin.MARK_BYTES_MAX)
          instanceof S3Reader.Outcome.Found)) {
        return;
      }
    }
  }

  @Override
  public String place() {
    return "s3://" + bucket + "/" + settings.prefix();
  }

  private String key(ObjectName name) {
    return key(name.path());
  }

  private String key(String path) {
    return settings.prefix() + path;
  }

  private static IOException failed(String what, String name, SdkException e) {
    return new IOException("S3: " + what + " " + name + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    reader.close();
    client.close();
    if (credentials instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }
}
