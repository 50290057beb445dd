package thaw.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

class AwsJsonTest {
  private static CreateFunctionRequest read(String json) {
    var builder = CreateFunctionRequest.builder();
    AwsJson.readInto(json.getBytes(UTF_8), builder);
    return builder.build();
  }

  private static String write(software.amazon.awssdk.core.SdkPojo shape) {
    return new String(AwsJson.write(shape), UTF_8);
  }

  @Test
  void readsEveryKindOfMember() {
    var request =
        read(
            """
            {"FunctionName":"f","Runtime":"python3.13","Handler":"app.handler","Timeout":3,
             "Publish":true,"Code":{"ZipFile":"UEsDBA=="},"Architectures":["x86_64"],
             "Environment":{"Variables":{"A":"1","B":"ü"}},"Tags":{},
             "VpcConfig":{"SubnetIds":["subnet-1","subnet-2"]},"MemorySize":null,
             "Unknown":{"deep":[1,{"x":null}]}}
            """);
    assertThat(request.functionName()).isEqualTo("f");
    assertThat(request.runtime()).isEqualTo(Runtime.fromValue("python3.13"));
    assertThat(request.timeout()).isEqualTo(3);
    assertThat(request.memorySize()).isNull();
    assertThat(request.publish()).isTrue();
    assertThat(request.code().zipFile().asByteArray()).containsExactly('P', 'K', 3, 4);
    assertThat(request.architecturesAsStrings()).containsExactly("x86_64");
    assertThat(request.environment().variables()).isEqualTo(Map.of("A", "1", "B", "ü"));
    assertThat(request.hasTags()).isTrue();
    assertThat(request.vpcConfig().subnetIds()).containsExactly("subnet-1", "subnet-2");
  }

  @Test
  void doesNotReadFromTheDocumentWhatLivesInThePath() {
    var builder = UpdateFunctionCodeRequest.builder();
    AwsJson.readInto("{\"FunctionName\":\"other\",\"DryRun\":true}".getBytes(UTF_8), builder);
    assertThat(builder.build().functionName()).isNull();
    assertThat(builder.build().dryRun()).isTrue();
  }

  @Test
  void anEmptyDocumentSetsNothing() {
    assertThat(read("")).isEqualTo(CreateFunctionRequest.builder().build());
    assertThat(read("{}")).isEqualTo(CreateFunctionRequest.builder().build());
  }

  @Test
  void readsAPackageOfFiftyMebibytes() {
    byte[] zip = new byte[50 * 1024 * 1024];
    new Random(7).nextBytes(zip);
    var builder = UpdateFunctionCodeRequest.builder();
    AwsJson.readInto(
        ("{\"ZipFile\":\"" + Base64.getEncoder().encodeToString(zip) + "\"}").getBytes(UTF_8),
        builder);
    assertThat(builder.build().zipFile().asByteArrayUnsafe()).isEqualTo(zip);
  }

  @Test
  void writesOnlyWhatIsSet() {
    var configuration =
        FunctionConfiguration.builder()
            .functionName("f")
            .timeout(3)
            .lastModified("2026-01-02T03:04:05.678+0000")
            .environment(e -> e.variables(Map.of("K", "\"v\"\n")))
            .layers(List.of())
            .build();
    assertThat(write(configuration))
        .isEqualTo(
            "{\"FunctionName\":\"f\",\"Timeout\":3,\"LastModified\":\"2026-01-02T03:04:05.678+0000\","
                + "\"Environment\":{\"Variables\":{\"K\":\"\\\"v\\\"\\n\"}},\"Layers\":[]}");
    assertThat(write(ListFunctionsResponse.builder().functions(configuration).build()))
        .startsWith("{\"Functions\":[{\"FunctionName\":\"f\"");
  }

  @Test
  void timestampsAreSecondsSinceTheEpoch() {
    var mapping =
        EventSourceMappingConfiguration.builder()
            .lastModified(Instant.parse("2026-01-02T03:04:05.678Z"))
            .build();
    assertThat(write(mapping)).isEqualTo("{\"LastModified\":1767323045.678}");
    var back = EventSourceMappingConfiguration.builder();
    AwsJson.readInto(AwsJson.write(mapping), back);
    assertThat(back.build()).isEqualTo(mapping);
  }

  @Test
  void whatIsWrittenReadsBackTheSame() {
    var request =
        CreateFunctionRequest.builder()
            .functionName("f")
            .code(c -> c.zipFile(SdkBytes.fromUtf8String("zip")).s3Bucket("b"))
            .ephemeralStorage(e -> e.size(1024))
            .loggingConfig(l -> l.logFormat("JSON").logGroup("g"))
            .tags(Map.of("k", "v"))
            .build();
    var back = CreateFunctionRequest.builder();
    AwsJson.readInto(AwsJson.write(request), back);
    assertThat(back.build()).isEqualTo(request);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"FunctionName\":1}|NUMBER_VALUE can not be converted to a String",
        "{\"FunctionName\":true}|TRUE_VALUE can not be converted to a String",
        "{\"FunctionName\":{}}|Start of structure or map found where not expected.",
        "{\"FunctionName\":[]}|Start of list found where not expected",
        "{\"Timeout\":\"3\"}|STRING_VALUE can not be converted to an Integer",
        "{\"Timeout\":3.5}|NUMBER_VALUE can not be converted to an Integer",
        "{\"Timeout\":99999999999}|NUMBER_VALUE can not be converted to an Integer",
        "{\"Timeout\":99999999999999999999999999}|NUMBER_VALUE can not be converted to an Integer",
        "{\"Timeout\":1e999999999}|NUMBER_VALUE can not be converted to an Integer",
        "{\"Publish\":0}|NUMBER_VALUE can not be converted to a Boolean",
        "{\"Code\":\"x\"}|Expected structure or null",
        "{\"Code\":[]}|Expected structure or null",
        "{\"Tags\":[]}|Expected map or null",
        "{\"Architectures\":\"x86_64\"}|Expected list or null",
        "{\"Architectures\":[null]}|A list must not hold null",
        "{\"Tags\":{\"a\":null}}|A map must not hold null",
        "{\"Code\":{\"ZipFile\":\"no base64!\"}}|The blob is not valid base64",
        "[]|Expected structure or null",
        "\"x\"|Expected structure or null",
        "{} {}|Could not parse request body into json: unexpected data after the document",
      })
  void aWrongTypeIsASerializationError(String json, String message) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(LambdaException.class).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"a\"}",
        "nonsense",
        "{\"Timeout\":01}",
        "{\"Description\":\"\\u12\"}",
        "{'a':1}",
        "{\"Description\":\"a\nb\"}",
        "{\"Timeout\":NaN}",
        "{\"a\":[1,}",
        "\u0000",
        "{\"Timeout\":--1}"
      })
  void whatIsNoJsonIsASerializationError(String json) {
    var error = catchThrowableOfType(LambdaException.class, () -> read(json));
    assertThat(error.code()).isEqualTo(ErrorCode.SERIALIZATION);
    assertThat(error).hasMessageStartingWith("Could not parse request body into json: ");
    assertThat(error.getMessage()).hasSizeLessThan(400);
  }

  @Test
  void invalidUtf8IsASerializationError() {
    byte[] json = "{\"Description\":\"x\"}".getBytes(UTF_8);
    json[16] = (byte) 0xC0;
    assertThatThrownBy(() -> AwsJson.readInto(json, CreateFunctionRequest.builder()))
        .isInstanceOf(LambdaException.class)
        .hasMessageStartingWith("Could not parse request body into json: ");
  }

  @Test
  void nestingIsBounded() {
    assertThatThrownBy(() -> read("{\"x\":" + "[".repeat(100_000)))
        .isInstanceOf(LambdaException.class)
        .hasMessageContaining("nesting depth");
    assertThatThrownBy(() -> read("{\"Code\":".repeat(100_000)))
        .isInstanceOf(LambdaException.class);
  }

  @Test
  void numbersNamesAndListsAreBounded() {
    assertThatThrownBy(() -> read("{\"Timeout\":" + "9".repeat(100_000) + "}"))
        .isInstanceOf(LambdaException.class)
        .hasMessageContaining("Number value length");
    assertThatThrownBy(() -> read("{\"" + "n".repeat(100_000) + "\":1}"))
        .isInstanceOf(LambdaException.class)
        .hasMessageContaining("Name length");
    assertThatThrownBy(() -> read("{\"Architectures\":[" + "\"a\",".repeat(20_000) + "\"a\"]}"))
        .isInstanceOf(LambdaException.class)
        .hasMessage("A list or map holds more than 10000 elements");
  }

  @Test
  void anErrorOfTheStreamItselfReachesTheCaller() {
    var tooLarge = new LambdaException(ErrorCode.REQUEST_TOO_LARGE, "too large");
    InputStream failing =
        new FilterInputStream(new ByteArrayInputStream(new byte[0])) {
          @Override
          public int read(byte[] buffer, int offset, int length) {
            throw tooLarge;
          }
        };
    assertThatThrownBy(() -> AwsJson.readInto(failing, CreateFunctionRequest.builder()))
        .isSameAs(tooLarge);
  }

  @Test
  void leavesTheStreamOpen() {
    var closed = new AtomicBoolean();
    var in =
        new FilterInputStream(new ByteArrayInputStream("{}".getBytes(UTF_8))) {
          @Override
          public void close() {
            closed.set(true);
          }
        };
    AwsJson.readInto(in, CreateFunctionRequest.builder());
    assertThat(closed).isFalse();
  }

  /** Random damage to a valid document either reads or is refused cleanly; the seed is printed. */
  @Test
  void damagedDocumentsNeverFailInAnotherWay() {
    long seed = System.nanoTime();
    System.out.println("AwsJsonTest seed " + seed);
    var random = new Random(seed);
    byte[] valid =
        ("{\"FunctionName\":\"f\",\"Timeout\":12,\"Code\":{\"ZipFile\":\"UEsDBA==\"},"
                + "\"Environment\":{\"Variables\":{\"A\":\"1\"}},\"Layers\":[\"a\",\"b\"]}")
            .getBytes(UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = valid.clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        AwsJson.readInto(damaged, CreateFunctionRequest.builder());
      } catch (LambdaException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.SERIALIZATION);
      }
    }
  }
}
