package thaw.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

class EntryPathTest {
  @ParameterizedTest
  @CsvSource({
    "app.py, app.py",
    "./a/b.py, a/b.py",
    "a//b/, a/b",
    "a/./b, a/b",
    "..a/b.., ..a/b..",
    "abc:d, abc:d",
    "ab:/c, ab:/c",
    "grüße/日本語.txt, grüße/日本語.txt",
    "./, ''"
  })
  void namesBelowTheRootAreTaken(String name, String path) {
    assertThat(parse(name)).hasToString(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "a/../../x",
        "a/..",
        "..",
        "/etc/passwd",
        "//x",
        "C:/x",
        "c:x",
        "a\\b",
        "\\\\h\\s",
        "..\\x",
        "a\0b",
        ""
      })
  void namesThatLeadElsewhereAreRefused(String name) {
    assertThatThrownBy(() -> parse(name))
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE))
        .hasMessageStartingWith(
            "Could not unzip uploaded file. Please check your file, then try to upload again.");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    assertThatThrownBy(() -> EntryPath.parse(new byte[] {'a', (byte) 0xff}))
        .hasMessageContaining("not valid UTF-8");
    // An overlong form of '/', which a lenient decoder would take for one.
    assertThatThrownBy(() -> EntryPath.parse(new byte[] {(byte) 0xc0, (byte) 0xaf}))
        .hasMessageContaining("not valid UTF-8");
  }

  @Test
  void namesOfTwoHundredAndFiftyFiveBytesAreTheLongest() {
    assertThat(parse("n".repeat(255)).names()).isEqualTo(List.of("n".repeat(255)));
    assertThatThrownBy(() -> parse("n".repeat(256))).hasMessageContaining("longer than 255 bytes");
    assertThatThrownBy(() -> parse("ü".repeat(128))).hasMessageContaining("longer than 255 bytes");
    assertThatThrownBy(() -> parse("a/".repeat(2_001)))
        .hasMessageContaining("longer than 4000 bytes");
  }

  @Test
  void messagesShowNoControlCharactersAndAreBounded() {
    assertThatThrownBy(() -> parse("../\u001b[2J" + "x".repeat(3_000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500).doesNotContain("\u001b"));
  }

  private static EntryPath parse(String name) {
    return EntryPath.parse(name.getBytes(StandardCharsets.UTF_8));
  }
}
