package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the java runtime does before a snapshot and after a restore. */
@Timeout(120)
final class JavaSnapshotTest {
  private static final Map<String, String> SNAP_START =
      Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

  private static final String HOOKS =
      """
      import java.util.*;
      import org.crac.*;
      public class App {
        static final List<String> RAN = new ArrayList<>();
        static final List<Resource> HELD = List.of(hook("1"), hook("2"));
        static Resource hook(String name) {
          Resource resource = new Resource() {
            public void beforeCheckpoint(Context<? extends Resource> context) throws Exception {
              RAN.add("before " + name);
              if (name.equals(System.getenv("FAIL_BEFORE"))) throw new Exception("not ready to freeze");
            }
            public void afterRestore(Context<? extends Resource> context) throws Exception {
              RAN.add("after " + name);
              if (name.equals(System.getenv("FAIL_AFTER"))) throw new Exception("cannot thaw");
            }
          };
          Core.getGlobalContext().register(resource);
          return resource;
        }
        public List<String> handle(Object event) { return RAN; }
      }
      """;

  @TempDir Path taskRoot;

  @Test
  void aTemplateIsExercisedAndBecomesAFunction() throws Exception {
    String source =
        """
        import com.amazonaws.services.lambda.runtime.Context;
        import java.io.FileReader;
        import java.nio.file.*;
        import java.util.*;
        public class App {
          public List<Object> handle(Map<String, Object> event, Context context) throws Exception {
            try (FileReader mark = new FileReader("mark")) {
              return Arrays.asList(
                  System.getenv("COLOR"), System.getenv().get("THAW_TEMPLATE_INVOKES"), (char) mark.read(),
                  Files.readString(Path.of("mark")), new java.io.File("mark").exists(), context.getFunctionName(),
                  context.getMemoryLimitInMB(), TimeZone.getDefault().getID());
            }
          }
        }
        """;
    FunctionProcess.write(taskRoot, "mark", "x");
    Map<String, String> template = Map.of("THAW_TEMPLATE_INVOKES", "3");
    try (FunctionProcess function = JavaFunctions.of(taskRoot, source, template)) {
      for (int round = 0; round < 3; round++) {
        assertThat(function.invoke("{\"round\": 1}")).contains("\"round\":1").contains("\u2744");
      }
      assertThat(answer(restored(function)))
          .isEqualTo("[\"blue\",null,\"x\",\"x\",true,\"f\",512,\"Europe/Berlin\"]");
      assertThat(function.err()).isEmpty();
    }
  }

  @Test
  void aTemplateBecomesAFunctionThatIsFrozenAgain() throws Exception {
    Map<String, String> template = Map.of("THAW_TEMPLATE_INVOKES", "2");
    try (FunctionProcess function = JavaFunctions.of(taskRoot, HOOKS, template)) {
      for (int round = 0; round < 2; round++) {
        function.invoke("{}");
      }
      RuntimeApi captured =
          function.restored(
              """
              {"environment": {"_HANDLER": "App::handle", "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
               "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_RUNTIME_API": "%s",
               "LAMBDA_TASK_ROOT": "%s"}}
              """
                  .formatted(function.address(), taskRoot.toRealPath()));
      assertThat(captured.awaitRestorable(Invocations.PLENTY))
          .isInstanceOf(RuntimeOutcome.Restorable.class);
    }
  }

  private RuntimeApi restored(FunctionProcess function) throws Exception {
    return function.restored(
        """
        {"environment": {"COLOR": "blue", "_HANDLER": "App::handle", "AWS_LAMBDA_FUNCTION_NAME": "f",
         "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "TZ": "Europe/Berlin", "AWS_LAMBDA_RUNTIME_API": "%s",
         "LAMBDA_TASK_ROOT": "%s"}}
        """
            .formatted(function.address(), taskRoot.toRealPath()));
  }

  @Test
  void hooksRunInReverseBeforeTheSnapshotAndInOrderAfterTheRestore() throws Exception {
    try (FunctionProcess function = JavaFunctions.of(taskRoot, HOOKS, SNAP_START)) {
      assertThat(answer(function.restored("")))
          .isEqualTo("[\"before 2\",\"before 1\",\"after 1\",\"after 2\"]");
    }
  }

  @Test
  void aHookThatFailsBeforeTheSnapshotIsAnErrorOfInit() throws Exception {
    Map<String, String> variables =
        Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start", "FAIL_BEFORE", "1");
    try (FunctionProcess function = JavaFunctions.of(taskRoot, HOOKS, variables)) {
      assertThat(Invocations.text(function.api.awaitRestorable(Invocations.PLENTY)))
          .startsWith("Runtime.BeforeCheckpointError ");
      assertThat(function.exitCode()).isEqualTo(64);
      assertThat(function.out()).contains("not ready to freeze");
    }
  }

  @Test
  void aHookThatFailsAfterTheRestoreIsReported() throws Exception {
    Map<String, String> variables =
        Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start", "FAIL_AFTER", "1");
    try (FunctionProcess function = JavaFunctions.of(taskRoot, HOOKS, variables);
        RuntimeApi restored = function.restored("")) {
      assertThat(Invocations.text(restored.awaitInit(Invocations.PLENTY)))
          .startsWith("Runtime.AfterRestoreError ");
      assertThat(function.exitCode()).isEqualTo(64);
    }
  }

  private static String answer(RuntimeApi api) throws InterruptedException {
    try (api) {
      return Invocations.text(api.invoke(Invocations.of("id", "{}"), Invocations.PLENTY));
    }
  }
}
