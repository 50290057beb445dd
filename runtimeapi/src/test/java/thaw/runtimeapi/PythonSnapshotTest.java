package thaw.runtimeapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the python runtime does before a snapshot and after a restore. */
@Timeout(120)
final class PythonSnapshotTest {
  private static final Map<String, String> SNAP_START =
      Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

  @TempDir Path taskRoot;

  private PythonFunction start(String source, Map<String, String> variables) {
    PythonFunction.write(taskRoot, "app.py", source);
    return new PythonFunction(taskRoot, "app.handler", variables);
  }

  @Test
  void aTemplateIsExercisedAndBecomesAFunction() throws Exception {
    String source =
        """
        import os
        def handler(event, context):
            return [os.environ["COLOR"], os.environ.get("THAW_TEMPLATE_INVOKES"), os.getcwd() == os.environ["LAMBDA_TASK_ROOT"]]
        """;
    try (PythonFunction function = start(source, Map.of("THAW_TEMPLATE_INVOKES", "3"))) {
      for (int round = 0; round < 3; round++) {
        assertThat(function.invoke("{\"round\": 1}")).contains("\"round\": 1").contains("\u2744");
      }
      String environment =
          "{\"environment\":{\"COLOR\":\"blue\",\"_HANDLER\":\"app.handler\",\"LAMBDA_TASK_ROOT\":\""
              + taskRoot.toRealPath()
              + "\"}}";
      try (RuntimeApi restored = function.restored(environment)) {
        assertThat(restored.awaitInit(Invocations.PLENTY)).isInstanceOf(RuntimeOutcome.Ready.class);
        assertThat(
                Invocations.text(restored.invoke(Invocations.of("id-2", "{}"), Invocations.PLENTY)))
            .isEqualTo("[\"blue\", null, true]");
      }
    }
  }

  private static final String RUN_BY_ITS_SOURCE =
      """
      import os, helper
      from parts import leaf
      open(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "ran"), "w").close()
      def handler(event, context):
          import late
          return [helper.NAME, leaf.NAME, late.NAME]
      """;

  private String load() throws Exception {
    return "{\"load\":{\"handler\":\"app.handler\",\"taskRoot\":\""
        + taskRoot.toRealPath()
        + "\"}}";
  }

  private String environment() throws Exception {
    return "{\"environment\":{\"_HANDLER\":\"app.handler\",\"LAMBDA_TASK_ROOT\":\""
        + taskRoot.toRealPath()
        + "\"}}";
  }

  @Test
  void codeIsCompiledAheadAndRunOnlyOnceItIsTheFunctions() throws Exception {
    Path parts = Files.createDirectory(taskRoot.resolve("parts"));
    PythonFunction.write(parts, "__init__.py", "");
    PythonFunction.write(parts, "leaf.py", "NAME = 'leaf'");
    PythonFunction.write(taskRoot, "helper.py", "NAME = 'helper'");
    PythonFunction.write(taskRoot, "late.py", "NAME = 'late'");
    try (PythonFunction function = start(RUN_BY_ITS_SOURCE, Map.of("THAW_TEMPLATE_INVOKES", "1"))) {
      function.invoke("{}");
      try (RuntimeApi loaded = function.restored(load())) {
        assertThat(loaded.awaitRestorable(Invocations.PLENTY))
            .isEqualTo(new RuntimeOutcome.Restorable());
        assertThat(taskRoot.resolve("ran")).doesNotExist();
        // What is compiled already is not read again; what is imported after INIT is.
        PythonFunction.write(taskRoot, "helper.py", "NAME = 'read again'");
        PythonFunction.write(parts, "leaf.py", "NAME = 'read again'");
        PythonFunction.write(taskRoot, "late.py", "NAME = 'read late'");
        try (RuntimeApi restored = function.restored(environment())) {
          assertThat(
                  Invocations.text(
                      restored.invoke(Invocations.of("id-2", "{}"), Invocations.PLENTY)))
              .isEqualTo("[\"helper\", \"leaf\", \"read late\"]");
          assertThat(taskRoot.resolve("ran")).exists();
        }
      }
    }
  }

  /** What a function can tell of its surroundings, but for modules of the standard library. */
  private static final String SURROUNDINGS =
      """
      import builtins, helper, os, sys
      own = [name for name in sys.modules if getattr(sys.modules[name], "__file__", None) is None
             or not sys.modules[name].__file__.startswith(os.__file__.rpartition("/")[0])]
      seen = [os.getcwd(), sys.path, [str(finder) for finder in sys.meta_path], sys.dont_write_bytecode,
              sorted(name for name in own if name != "thaw_runtime.rehearsal" and name not in sys.builtin_module_names),
              sorted(os.environ.items()), sorted(sys.path_importer_cache), sorted(dir(builtins)),
              sys.stdout.line_buffering, helper.NAME]
      def handler(event, context):
          return [event, str(seen)]
      """;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRehearsedStartIsLikeAnyOther(boolean loadedAhead) throws Exception {
    PythonFunction.write(taskRoot, "helper.py", "NAME = 'helper'");
    String plain = surroundings(loadedAhead, false);
    assertThat(plain).contains("helper").contains(taskRoot.toRealPath().toString());
    assertThat(surroundings(loadedAhead, true)).isEqualTo(plain);
  }

  private String surroundings(boolean loadedAhead, boolean rehearsed) throws Exception {
    try (PythonFunction function = start(SURROUNDINGS, Map.of("THAW_TEMPLATE_INVOKES", "1"))) {
      function.invoke("{}");
      if (loadedAhead) {
        goOn(function.api, load().getBytes(UTF_8));
      }
      if (rehearsed) {
        goOn(function.api, RuntimeEnvironment.rehearsalAnswer());
        assertThat(function.invoke("{\"round\": 1}")).contains("\"round\": 1");
      }
      goOn(function.api, environment().getBytes(UTF_8));
      assertThat(function.api.awaitInit(Invocations.PLENTY)).isEqualTo(new RuntimeOutcome.Ready());
      return function.invoke("{}");
    }
  }

  /** Tells a runtime that is not frozen what it waits for. */
  private static void goOn(RuntimeApi api, byte[] answer) throws InterruptedException {
    assertThat(api.awaitRestorable(Invocations.PLENTY)).isEqualTo(new RuntimeOutcome.Restorable());
    api.restore(answer);
  }

  @Test
  void whatWasFoundAheadIsLookedForAgainOnceThePathHasChanged() throws Exception {
    Path vendored = Files.createDirectory(taskRoot.resolve("vendored"));
    PythonFunction.write(taskRoot, "early.py", "NAME = 'early'");
    PythonFunction.write(taskRoot, "both.py", "NAME = 'root'");
    PythonFunction.write(vendored, "both.py", "NAME = 'vendored'");
    String source =
        """
        import early, os, sys
        sys.path.insert(0, os.path.join(os.environ["LAMBDA_TASK_ROOT"], "vendored"))
        import both
        def handler(event, context):
            return [early.NAME, both.NAME, early.__spec__.name, early.__cached__ == early.__spec__.cached]
        """;
    try (PythonFunction function = start(source, Map.of("THAW_TEMPLATE_INVOKES", "1"))) {
      function.invoke("{}");
      try (RuntimeApi loaded = function.restored(load())) {
        assertThat(loaded.awaitRestorable(Invocations.PLENTY))
            .isEqualTo(new RuntimeOutcome.Restorable());
        try (RuntimeApi restored = function.restored(environment())) {
          assertThat(
                  Invocations.text(
                      restored.invoke(Invocations.of("id-2", "{}"), Invocations.PLENTY)))
              .isEqualTo("[\"early\", \"vendored\", \"early\", true]");
        }
      }
    }
  }

  @Test
  void whatDoesNotCompileAheadFailsInInit() throws Exception {
    try (PythonFunction function = start("def handler(:\n", Map.of("THAW_TEMPLATE_INVOKES", "1"))) {
      function.invoke("{}");
      try (RuntimeApi loaded = function.restored(load())) {
        assertThat(loaded.awaitRestorable(Invocations.PLENTY))
            .isEqualTo(new RuntimeOutcome.Restorable());
        try (RuntimeApi restored = function.restored(environment())) {
          assertThat(Invocations.text(restored.awaitInit(Invocations.PLENTY)))
              .startsWith("Runtime.UserCodeSyntaxError ");
        }
      }
    }
  }

  @Test
  void hooksRunInReverseBeforeTheSnapshotAndInOrderAfterTheRestore() throws Exception {
    String source =
        """
        from snapshot_restore_py import register_after_restore, register_before_snapshot
        ran = []
        register_before_snapshot(ran.append, "before 1")
        register_after_restore(ran.append, "after 1")
        @register_before_snapshot
        def before():
            ran.append("before 2")
        @register_after_restore
        def after():
            ran.append("after 2")
        def handler(event, context):
            return ran
        """;
    try (PythonFunction function = start(source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(Invocations.text(restored.invoke(Invocations.of("id", "{}"), Invocations.PLENTY)))
          .isEqualTo("[\"before 2\", \"before 1\", \"after 1\", \"after 2\"]");
    }
  }

  @Test
  void aHookThatFailsBeforeTheSnapshotIsAnErrorOfInit() throws Exception {
    String source =
        """
        from snapshot_restore_py import register_before_snapshot
        @register_before_snapshot
        def before():
            raise ValueError("not ready to freeze")
        def handler(event, context):
            return 1
        """;
    try (PythonFunction function = start(source, SNAP_START)) {
      assertThat(Invocations.text(function.api.awaitRestorable(Invocations.PLENTY)))
          .startsWith("ValueError ")
          .contains("not ready to freeze");
      assertThat(function.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void aHookThatFailsAfterTheRestoreIsReported() throws Exception {
    String source =
        """
        from snapshot_restore_py import register_after_restore
        @register_after_restore
        def after():
            raise ValueError("cannot thaw")
        def handler(event, context):
            return 1
        """;
    try (PythonFunction function = start(source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(Invocations.text(restored.awaitInit(Invocations.PLENTY)))
          .startsWith("ValueError ")
          .contains("cannot thaw");
    }
  }

  @Test
  void aSeededGeneratorIsReseededByTheRestore() throws Exception {
    String source =
        """
        import random
        random.seed(42)
        expected = random.Random(42).random()
        def handler(event, context):
            return random.random() == expected
        """;
    try (PythonFunction function = start(source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(Invocations.text(restored.invoke(Invocations.of("id", "{}"), Invocations.PLENTY)))
          .isEqualTo("false");
    }
  }

  @Test
  void nodeAndClockSequenceOfUuid1AreRenewedByTheRestore() throws Exception {
    String source =
        """
        import uuid
        before = [uuid.uuid1(), uuid.uuid1()]
        def handler(event, context):
            after = [uuid.uuid1() for _ in range(3)]
            return [before[0].clock_seq == before[1].clock_seq, len({one.clock_seq for one in after}) == 1,
                    {one.node for one in after} == {uuid.getnode()}]
        """;
    try (PythonFunction function = start(source, SNAP_START);
        RuntimeApi restored = function.restored("")) {
      assertThat(Invocations.text(restored.invoke(Invocations.of("id", "{}"), Invocations.PLENTY)))
          .endsWith(", false, true]");
    }
  }
}
