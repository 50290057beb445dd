package thaw.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operations on functions, as bytes on the wire. */
class FunctionsTest {
  private static final String FUNCTIONS = "/2015-03-31/functions";

  @TempDir Path directory;
  private TestFrontend frontend;

  @BeforeEach
  void start() throws IOException {
    frontend = TestFrontend.start(directory);
  }

  @AfterEach
  void stop() throws IOException {
    frontend.close();
  }

  @Test
  void createAnswersPendingAndTheFunctionBecomesActive() throws IOException {
    var created = frontend.send("POST", FUNCTIONS, TestFrontend.createJson("f"));
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.text())
        .contains(
            "\"FunctionName\":\"f\"",
            "\"FunctionArn\":\"arn:aws:lambda:us-east-1:000000000000:function:f\"",
            "\"State\":\"Pending\"",
            "\"Version\":\"$LATEST\"");
    frontend.awaitActive("f");
    var again = frontend.send("POST", FUNCTIONS, TestFrontend.createJson("f"));
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.errorType()).isEqualTo("ResourceConflictException");
  }

  @Test
  void codeLocationDownloadsThePackage() throws IOException {
    frontend.createActive("f");
    String answer = frontend.send("GET", FUNCTIONS + "/f", "").text();
    String location = answer.replaceAll(".*\"Location\":\"([^\"]+)\".*", "$1");
    var link = URI.create(location);
    assertThat(link.getAuthority()).isEqualTo(frontend.endpoint().getAuthority());
    var zip = frontend.send("GET", link.getRawPath() + "?" + link.getRawQuery(), "");
    assertThat(zip.status()).isEqualTo(200);
    assertThat(zip.header("Content-Type")).contains("application/zip");
    assertThat(zip.body()).startsWith('P', 'K');
    var tampered =
        frontend.send(
            "GET", link.getRawPath() + "?expires=9999999999&signature=" + "0".repeat(64), "");
    assertThat(tampered.status()).isEqualTo(403);
    assertThat(frontend.send("GET", link.getRawPath(), "").status()).isEqualTo(403);
  }

  @Test
  void listsInPages() throws IOException {
    for (String name : new String[] {"a", "b", "c"}) {
      frontend.createActive(name);
    }
    var first = frontend.send("GET", FUNCTIONS + "/?MaxItems=2", "").text();
    assertThat(first).contains("\"FunctionName\":\"a\"", "\"FunctionName\":\"b\"", "NextMarker");
    String marker = first.replaceAll(".*\"NextMarker\":\"([^\"]+)\".*", "$1");
    var second =
        frontend
            .send(
                "GET",
                FUNCTIONS
                    + "?Marker="
                    + java.net.URLEncoder.encode(marker, java.nio.charset.StandardCharsets.UTF_8),
                "")
            .text();
    assertThat(second).contains("\"FunctionName\":\"c\"").doesNotContain("\"a\"", "NextMarker");
  }

  @Test
  void listParametersAreChecked() throws IOException {
    assertThat(frontend.send("GET", FUNCTIONS + "?MaxItems=x", "").errorType())
        .isEqualTo("SerializationException");
    assertThat(frontend.send("GET", FUNCTIONS + "?MaxItems=0", "").text())
        .contains("Value '0' at 'maxItems' failed to satisfy constraint");
    assertThat(frontend.send("GET", FUNCTIONS + "?MaxItems=1&MaxItems=2", "").text())
        .contains("The parameter MaxItems may be given only once");
  }

  @Test
  void updatesChangeWhatTheyGive() throws IOException {
    frontend.createActive("f");
    var configured = frontend.send("PUT", FUNCTIONS + "/f/configuration", "{\"Timeout\":7}");
    assertThat(configured.status()).isEqualTo(200);
    assertThat(configured.text()).contains("\"Timeout\":7");
    assertThat(frontend.send("PUT", FUNCTIONS + "/f/configuration", "{\"Timeout\":901}").text())
        .isEqualTo(
            "{\"message\":\"1 validation error detected: Value '901' at 'timeout' failed to satisfy"
                + " constraint: Member must have value less than or equal to 900\"}");
    assertThat(
            frontend.send("PUT", FUNCTIONS + "/nobody/code", "{\"ZipFile\":\"UEsDBA==\"}").status())
        .isEqualTo(404);
  }

  @Test
  void deleteRemovesTheFunction() throws IOException {
    frontend.createActive("f");
    assertThat(frontend.send("DELETE", FUNCTIONS + "/f", "").status()).isEqualTo(204);
    assertThat(frontend.send("DELETE", FUNCTIONS + "/f", "").status()).isEqualTo(404);
    assertThat(frontend.send("GET", FUNCTIONS + "/f", "").status()).isEqualTo(404);
  }

  @Test
  void namesAreUnderstoodInEveryForm() throws IOException {
    frontend.createActive("f");
    for (String name :
        new String[] {
          "f",
          "f:$LATEST",
          "f%3A%24LATEST",
          "000000000000:function:f",
          "function:f",
          "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af"
        }) {
      assertThat(frontend.send("GET", FUNCTIONS + "/" + name + "/configuration", "").status())
          .as(name)
          .isEqualTo(200);
    }
    assertThat(
            frontend.send("GET", FUNCTIONS + "/" + "n".repeat(257) + "/configuration", "").text())
        .contains("at 'functionName' failed to satisfy constraint: Member must have length less");
  }

  @Test
  void operationsThatAreNotOfferedSaySo() throws IOException {
    var answer = frontend.send("POST", FUNCTIONS + "/f/aliases", "{}");
    assertThat(answer.status()).isEqualTo(501);
    assertThat(answer.errorType()).isEqualTo("NotImplementedException");
    assertThat(answer.text()).contains("Thaw does not offer CreateAlias yet");
    assertThat(frontend.send("GET", "/nowhere", "").errorType())
        .isEqualTo("UnknownOperationException");
  }

  @Test
  void tellsItsHealthAndStatus() throws IOException {
    assertThat(frontend.send("GET", "/_thaw/health", "").text()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(frontend.send("GET", "/_thaw/status", "").text())
        .contains(
            "\"version\":\"1.2.3\"",
            "\"pid\":" + ProcessHandle.current().pid(),
            "\"endpoint\":\"" + frontend.endpoint() + "\"",
            "\"driver\":\"fake\"");
  }
}
