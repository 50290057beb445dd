package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import thaw.model.Invocation;

/** AWS's java runtime interface client against Thaw's Runtime API. */
@Timeout(120)
final class JavaRuntimeTest {
  private static final String ECHO =
      """
      public class App {
        public Object handle(Object event) { return event; }
      }
      """;

  @TempDir Path taskRoot;

  @Test
  void eventsComeAndAnswersGoAsJson() throws Exception {
    try (FunctionProcess function = JavaFunctions.of(taskRoot, ECHO)) {
      for (String value : new String[] {"{\"a\":[1,2.5,null,true,\"né\"]}", "[]", "7", "null"}) {
        assertThat(function.invoke(value)).isEqualTo(value);
      }
    }
  }

  @Test
  void theContextAndTheEnvironmentAreTheFunctions() throws Exception {
    String source =
        """
        import com.amazonaws.services.lambda.runtime.*;
        import java.util.*;
        public class App implements RequestHandler<Map<String, String>, List<Object>> {
          public List<Object> handleRequest(Map<String, String> event, Context context) {
            context.getLogger().log("served " + event.get("name") + "\\n");
            return List.of(
                context.getAwsRequestId(), context.getInvokedFunctionArn(), context.getFunctionName(),
                context.getFunctionVersion(), context.getMemoryLimitInMB(), context.getLogGroupName(),
                context.getLogStreamName(), context.getRemainingTimeInMillis() > 0,
                context.getClientContext().getCustom().get("color"), System.getenv("GREETING"),
                System.getProperty("com.amazonaws.xray.traceHeader"), Runtime.getRuntime().maxMemory() >> 20);
          }
        }
        """;
    JavaFunctions.of(taskRoot, source).close();
    try (FunctionProcess function = JavaFunctions.start(taskRoot, "App", Map.of())) {
      Invocation invocation =
          new Invocation(
              "id-9",
              "{\"name\":\"Ada\"}".getBytes(StandardCharsets.UTF_8),
              Optional.of("{\"custom\":{\"color\":\"blue\"}}"),
              "Root=1-2-3",
              Invocations.ARN);
      assertThat(function.invoke(invocation))
          .isEqualTo(
              "[\"id-9\",\""
                  + Invocations.ARN
                  + "\",\"my-function\",\"$LATEST\",256,\"/aws/lambda/my-function\","
                  + "\"2026/11/23/[$LATEST]0\",true,\"blue\",\"Grüße\",\"Root=1-2-3\",210]");
      assertThat(function.out()).isEqualTo("served Ada\n");
      assertThat(function.err()).isEmpty();
    }
  }

  @Test
  void largeEventsAndAnswersAreWhole() throws Exception {
    try (FunctionProcess function = JavaFunctions.of(taskRoot, ECHO)) {
      String large = "\"" + "né".repeat(1_500_000) + "\"";
      assertThat(function.invoke(large)).isEqualTo(large);
      assertThat(function.invoke("1")).isEqualTo("1");
    }
  }

  @Test
  void anExceptionOfTheHandlerComesWithItsStackAndTheProcessGoesOn() throws Exception {
    String source =
        """
        public class App {
          public String handle(String event) {
            if (event.isEmpty()) throw new IllegalStateException("nö");
            return event;
          }
        }
        """;
    try (FunctionProcess function = JavaFunctions.of(taskRoot, source)) {
      assertThat(function.invoke("\"\""))
          .startsWith("Runtime.UserException {\"errorMessage\":\"nö\",")
          .contains("\"errorType\":\"java.lang.IllegalStateException\"")
          .contains("\"stackTrace\":[\"App.handle(App.java:3)\"");
      assertThat(function.invoke("\"fine\"")).isEqualTo("\"fine\"");
      assertThat(function.out()).startsWith("nö: java.lang.IllegalStateException\n");
    }
  }

  @Test
  void aMissingClassIsAnErrorOfTheFirstInvocation() throws Exception {
    try (FunctionProcess function = JavaFunctions.start(taskRoot, "Nowhere::handle", Map.of())) {
      assertThat(function.invoke("{}"))
          .contains("\"errorMessage\":\"Class not found: Nowhere\"")
          .contains("\"errorType\":\"java.lang.ClassNotFoundException\"");
    }
  }

  @Test
  void anExceptionWhileTheClassLoadsFailsInit() throws Exception {
    String source =
        """
        public class App {
          public App() { throw new IllegalStateException("no configuration"); }
          public String handle(String event) { return event; }
        }
        """;
    try (FunctionProcess function = JavaFunctions.of(taskRoot, source)) {
      assertThat(function.init()).contains("\"errorMessage\":\"no configuration\"");
      assertThat(function.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void javaToolOptionsWinOverTheRuntimesFlags() throws Exception {
    String source =
        """
        public class App {
          public long handle(String event) { return Runtime.getRuntime().maxMemory() >> 20; }
        }
        """;
    Map<String, String> options = Map.of("JAVA_TOOL_OPTIONS", "-Xms32m -Xmx96m -Xmn16m");
    try (FunctionProcess function = JavaFunctions.of(taskRoot, source, options)) {
      assertThat(Long.parseLong(function.invoke("\"\""))).isBetween(90L, 96L);
      assertThat(function.err()).startsWith("Picked up JAVA_TOOL_OPTIONS: ");
    }
  }
}
