package thaw.chunks;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
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

/**
 * An origin in a bucket of S3, or of anything that speaks its API. Requests have time-outs and are
 * tried again with growing pauses; a read that takes longer than most is sent a second time.
 */
public final class S3Origin implements Origin {
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3Client client;
  private final S3Settings settings;
  private final String bucket;
  private final Hedge hedge = new Hedge();
  private volatile boolean conditionalPuts = true;

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
    if (settings.accessKeyId().isPresent()) {
      builder.credentialsProvider(
          StaticCredentialsProvider.create(
              AwsBasicCredentials.create(
                  settings.accessKeyId().get(), settings.secretAccessKey().orElseThrow())));
    }
    client = builder.build();
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
    try {
      return Optional.of(
          client.getObject(
              request -> request.bucket(bucket).key(key(path)),
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
    client.close();
  }
}
