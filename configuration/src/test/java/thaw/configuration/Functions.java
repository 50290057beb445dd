package thaw.configuration;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import thaw.model.FunctionReference;

/** Requests and names for tests. */
final class Functions {
  static final String ROLE = "arn:aws:iam::000000000000:role/r";

  private Functions() {}

  static FunctionReference named(String name) {
    return FunctionReference.parse(name, Optional.empty(), "000000000000", "us-east-1");
  }

  static CreateFunctionRequest.Builder request(String source) {
    return CreateFunctionRequest.builder()
        .runtime("python3.13")
        .role(ROLE)
        .handler("app.handler")
        .code(code -> code.zipFile(SdkBytes.fromByteArray(zip(source))));
  }

  static UpdateFunctionCodeRequest.Builder code(String source) {
    return UpdateFunctionCodeRequest.builder().zipFile(SdkBytes.fromByteArray(zip(source)));
  }

  static byte[] zip(String source) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      ZipEntry entry = new ZipEntry("app.py");
      entry.setTimeLocal(java.time.LocalDateTime.of(2026, 1, 1, 0, 0));
      zip.putNextEntry(entry);
      zip.write(source.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
