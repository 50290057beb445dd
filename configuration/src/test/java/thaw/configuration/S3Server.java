package thaw.configuration;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/** An S3 (Adobe's S3Mock) in a process of its own, with one versioned bucket. */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "packages";

  private static final Pattern STARTED =
      Pattern.compile("Tomcat started on ports.* (\\d+) \\(http\\)");

  private final Process process;
  private final URI endpoint;
  private final S3Client client;

  private S3Server(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
    this.client =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
            .httpClient(Apache5HttpClient.create())
            .build();
  }

  static S3Server start() throws IOException {
    String jar =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> entry.matches(".*s3mock-.*-exec\\.jar"))
            .findFirst()
            .orElseThrow();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-jar",
                jar,
                "--http.port=0",
                "--server.port=0")
            .redirectErrorStream(true)
            .start();
    try {
      S3Server server = new S3Server(process, URI.create("http://127.0.0.1:" + port(process)));
      server.client.createBucket(request -> request.bucket(BUCKET));
      server.client.putBucketVersioning(request ->
          request
              .bucket(BUCKET)
              .versioningConfiguration(c -> c.status(BucketVersioningStatus.ENABLED)));
      return server;
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static int port(Process process) throws IOException {
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher started = STARTED.matcher(line);
      if (started.find()) {
        Thread.ofVirtual().start(() -> drain(output));
        return Integer.parseInt(started.group(1));
      }
    }
    throw new IOException("S3Mock ended");
  }

  private static void drain(BufferedReader output) {
    try {
      output.transferTo(Writer.nullWriter());
    } catch (IOException e) {
      // It has ended.
    }
  }

  URI endpoint() {
    return endpoint;
  }

  /** Stores an object; answers its version. */
  String put(String key, byte[] content) {
    return client
        .putObject(request -> request.bucket(BUCKET).key(key), RequestBody.fromBytes(content))
        .versionId();
  }

  @Override
  public void close() {
    client.close();
    process.destroyForcibly();
  }
}
