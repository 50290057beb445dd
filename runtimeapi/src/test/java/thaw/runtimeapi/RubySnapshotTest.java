package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the ruby runtime does before a snapshot and after a restore. */
@Timeout(120)
final class RubySnapshotTest {
  private static final Map<String, String> SNAP_START =
      Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

  @TempDir Path taskRoot;

  @Test
  void aTemplateIsExercisedAndBecomesAFunction() throws Exception {
    String source =
        """
        require "greeter"
        def handler(event:, context:)
          [ENV["COLOR"], ENV["THAW_TEMPLATE_INVOKES"], Dir.pwd == ENV["LAMBDA_TASK_ROOT"], Greeter::NAME]
        end
        """;
    FunctionProcess.write(
        taskRoot,
        "gems/specifications/greeter-1.gemspec",
        "Gem::Specification.new { |s| s.name = 'greeter'; s.version = '1'; s.summary = 'greets' }");
    FunctionProcess.write(
        taskRoot, "gems/gems/greeter-1/lib/greeter.rb", "module Greeter\n  NAME = 'gem'\nend\n");
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, source, Map.of("THAW_TEMPLATE_INVOKES", "3"))) {
      for (int round = 0; round < 3; round++) {
        assertThat(function.invoke("{\"round\": 1}")).contains("\"round\":1").contains("\u2744");
      }
      String root = taskRoot.toRealPath().toString();
      String environment =
          ("{\"environment\":{\"COLOR\":\"blue\",\"_HANDLER\":\"app.handler\","
                  + "\"GEM_PATH\":\"%s/gems\",\"LAMBDA_TASK_ROOT\":\"%s\"}}")
              .formatted(root, root);
      try (RuntimeApi restored = function.restored(environment)) {
        assertThat(restored.awaitInit(Invocations.PLENTY)).isInstanceOf(RuntimeOutcome.Ready.class);
        assertThat(answer(restored)).isEqualTo("[\"blue\",null,true,\"gem\"]");
      }
    }
  }

  @Test
  void hooksRunInReverseBeforeTheSnapshotAndInOrderAfterTheRestore() throws Exception {
    String source =
        """
        require "snapshot_restore"
        RAN = []
        SnapshotRestore.before_snapshot { RAN << "before 1" }
        SnapshotRestore.after_restore { RAN << "after 1" }
        SnapshotRestore.before_snapshot { RAN << "before 2" }
        SnapshotRestore.after_restore { RAN << "after 2" }
        def handler(event:, context:) = RAN
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(answer(restored)).isEqualTo("[\"before 2\",\"before 1\",\"after 1\",\"after 2\"]");
    }
  }

  @Test
  void aHookThatFailsBeforeTheSnapshotIsAnErrorOfInit() throws Exception {
    String source =
        """
        require "snapshot_restore"
        SnapshotRestore.before_snapshot { raise ArgumentError, "not ready to freeze" }
        def handler(event:, context:) = 1
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source, SNAP_START)) {
      assertThat(Invocations.text(function.api.awaitRestorable(Invocations.PLENTY)))
          .startsWith("Init<ArgumentError> ")
          .contains("not ready to freeze");
      assertThat(function.exitCode()).isEqualTo(252);
    }
  }

  @Test
  void aHookThatFailsAfterTheRestoreIsReported() throws Exception {
    String source =
        """
        require "snapshot_restore"
        SnapshotRestore.after_restore { raise ArgumentError, "cannot thaw" }
        def handler(event:, context:) = 1
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(Invocations.text(restored.awaitInit(Invocations.PLENTY)))
          .startsWith("Init<ArgumentError> ")
          .contains("cannot thaw");
    }
  }

  @Test
  void aCloneTakesOverTheVariablesThatAreItsOwn() throws Exception {
    String source =
        """
        def handler(event:, context:) = [context.log_stream_name, ENV["AWS_LAMBDA_LOG_STREAM_NAME"]]
        """;
    String environment = "{\"environment\":{\"AWS_LAMBDA_LOG_STREAM_NAME\":\"own\"}}";
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source, SNAP_START);
        RuntimeApi restored = function.restored(environment)) {
      assertThat(answer(restored)).isEqualTo("[\"own\",\"own\"]");
    }
  }

  @Test
  void aSeededGeneratorIsReseededByTheRestore() throws Exception {
    String source =
        """
        srand(42)
        EXPECTED = Random.new(42).rand
        def handler(event:, context:) = rand == EXPECTED
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(answer(restored)).isEqualTo("false");
    }
  }

  private static String answer(RuntimeApi api) throws InterruptedException {
    return Invocations.text(api.invoke(Invocations.of("id", "{}"), Invocations.PLENTY));
  }
}
