package thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionReferenceTest {
  private static final String ACCOUNT = "123456789012";
  private static final String REGION = "us-east-1";

  private static FunctionReference parse(String name) {
    return FunctionReference.parse(name, Optional.empty(), ACCOUNT, REGION);
  }

  private static FunctionReference parse(String name, String qualifier) {
    return FunctionReference.parse(name, Optional.of(qualifier), ACCOUNT, REGION);
  }

  @ParameterizedTest
  @CsvSource({
    "f, f, ''",
    "my-Function_1, my-Function_1, ''",
    "f:$LATEST, f, $LATEST",
    "f:prod, f, prod",
    "f:12, f, 12",
    "function:f, f, ''",
    "function:f:3, f, 3",
    "function, function, ''",
    "arn, arn, ''",
    "123456789012, 123456789012, ''",
    "123456789012:f, f, ''",
    "123456789012:function:f, f, ''",
    "123456789012:function:f:prod, f, prod",
    "us-east-1:123456789012:function:f, f, ''",
    "us-east-1:f, f, ''",
    "arn:aws:lambda:us-east-1:123456789012:function:f, f, ''",
    "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST, f, $LATEST",
    "arn:aws:lambda:us-east-1:123456789012:f, f, ''",
    "arn:aws-us-gov:lambda:us-east-1:123456789012:function:f, f, ''",
  })
  void understandsEveryWayAwsNamesAFunction(String text, String name, String qualifier) {
    assertThat(parse(text))
        .isEqualTo(
            new FunctionReference(
                ACCOUNT, REGION, name, Optional.of(qualifier).filter(q -> !q.isEmpty())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "f:",
        ":f",
        "f:a:b",
        "f f",
        "f/x",
        "../f",
        "f\n",
        "fä",
        "f:prod!",
        "arn:",
        "arn:aws:s3:::bucket",
        "arn:aws:lambda:us-east-1:123456789012:function:",
        "arn:aws:lambda:us-east-1:123456789012:function:f:a:b",
        "arn:aws:lambda:us-east-1:1:function:f",
        "arn:xyz:lambda:us-east-1:123456789012:function:f",
        "arn:aws:lambda::123456789012:function:f",
        "$LATEST"
      })
  void refusesWhatIsNoName(String text) {
    var error = catchThrowableOfType(LambdaException.class, () -> parse(text));
    assertThat(error.code()).isEqualTo(ErrorCode.VALIDATION);
    assertThat(error)
        .hasMessageStartingWith(
            "1 validation error detected: Value '"
                + text
                + "' at 'functionName' failed to satisfy");
  }

  @Test
  void qualifiersInNameAndParameterMustAgree() {
    assertThat(parse("f:prod", "prod").qualifier()).contains("prod");
    assertThat(parse("f", "prod").qualifier()).contains("prod");
    var error = catchThrowableOfType(LambdaException.class, () -> parse("f:prod", "test"));
    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE);
    assertThat(error)
        .hasMessage(
            "The derived qualifier from the function name does not match the specified qualifier.");
  }

  @Test
  void anotherRegionIsNotReachable() {
    var error =
        catchThrowableOfType(
            LambdaException.class, () -> parse("arn:aws:lambda:eu-west-1:123456789012:function:f"));
    assertThat(error.code()).isEqualTo(ErrorCode.RESOURCE_NOT_FOUND);
    assertThat(error)
        .hasMessage("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')");
  }

  @Test
  void anotherAccountIsDenied() {
    var error = catchThrowableOfType(LambdaException.class, () -> parse("999999999999:function:f"));
    assertThat(error.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
  }

  @Test
  void tellsItsArns() {
    assertThat(parse("f:prod").functionArn())
        .isEqualTo("arn:aws:lambda:us-east-1:123456789012:function:f");
    assertThat(parse("f:prod").qualifiedArn())
        .isEqualTo("arn:aws:lambda:us-east-1:123456789012:function:f:prod");
    assertThat(parse("f").qualifiedArn()).isEqualTo(parse("f").functionArn());
  }

  @Test
  void onlyTheLatestVersionExists() {
    assertThat(parse("f").requireLatest()).isEqualTo(parse("f"));
    assertThat(parse("f", "$LATEST").requireLatest().isLatest()).isTrue();
    assertThatThrownBy(() -> parse("f", "7").requireLatest())
        .isInstanceOf(LambdaException.class)
        .hasMessage("Function not found: arn:aws:lambda:us-east-1:123456789012:function:f:7");
  }

  @Test
  void longGarbageIsRefusedAtOnce() {
    String colons = ":".repeat(1_000_000);
    var error =
        assertTimeoutPreemptively(
            Duration.ofSeconds(5),
            () -> catchThrowableOfType(LambdaException.class, () -> parse(colons)));
    assertThat(error.getMessage()).hasSizeLessThan(600);
  }

  /** The hand-written parser against the service model's own pattern. */
  @Test
  void agreesWithTheServiceModelsPattern() {
    long seed = System.nanoTime();
    System.out.println("FunctionReferenceTest seed " + seed);
    var random = new Random(seed);
    Pattern pattern = Pattern.compile(FunctionReference.PATTERN);
    String[] tokens = {
      "arn",
      ":",
      ":",
      ":",
      "aws",
      "lambda",
      "us-east-1",
      "us-gov-west-1",
      ACCOUNT,
      "function",
      "f",
      "a.b",
      "$LATEST",
      "x_y",
      "7",
      "aws-cn",
      "!",
      "eusc-de-east-1"
    };
    String[] starts = {"", "", "arn:aws:lambda:us-east-1:" + ACCOUNT + ":", ACCOUNT + ":"};
    for (int i = 0; i < 200_000; i++) {
      var text = new StringBuilder(starts[random.nextInt(starts.length)]);
      for (int n = random.nextInt(8); n >= 0; n--) {
        text.append(tokens[random.nextInt(tokens.length)]);
      }
      Matcher matcher = pattern.matcher(text);
      if (matcher.matches()) {
        var parts = FunctionNameParts.of(text.toString());
        assertThat(parts.name()).as(text.toString()).isEqualTo(matcher.group(17));
        String qualifier = matcher.group(19);
        assertThat(parts.qualifier())
            .as(text.toString())
            .isEqualTo(qualifier == null ? "" : qualifier);
      } else {
        assertThatThrownBy(() -> FunctionNameParts.of(text.toString()))
            .as(text.toString())
            .isInstanceOf(LambdaException.class);
      }
    }
  }
}
