package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.model.FunctionVersion;
import thaw.model.Invocation;
import thaw.model.InvocationResult;
import thaw.model.LambdaException;
import thaw.settings.DataSize;

/** The worker over the real agent and the real python runtime, as processes of this machine. */
class WorkerTest {
  private static final FunctionVersion FUNCTION = TestWorker.function(Duration.ofSeconds(3));
  private static final FunctionVersion HASTY = TestWorker.function(Duration.ofSeconds(1));

  /** Counts invocations of its process; does what the event says. */
  private static final String OBEDIENT =
      """
      import os, sys, time
      count = 0
      def handler(event, context):
          global count
          count += 1
          do = event.get("do")
          if do == "sleep": time.sleep(event["seconds"])
          if do == "exit": os._exit(event["code"])
          if do == "kill": os.kill(os.getpid(), 9)
          if do == "raise": raise ValueError("on purpose")
          if do == "print": print(event["text"])
          if do == "big": return "x" * 7000000
          return {"count": count, "pid": os.getpid()}
      """;

  @TempDir Path directory;

  @Test
  void answersAndUsesTheSandboxAgain() throws InterruptedException {
    try (TestWorker test = obedient()) {
      InvocationResult first = test.invoke(FUNCTION, "{}");
      assertThat(TestWorker.text(first.payload())).startsWith("{\"count\": 1");
      assertThat(first.functionError()).isEmpty();
      assertThat(first.logTail()).isEmpty();
      assertThat(first.timings().coldStart()).isTrue();
      assertThat(first.timings().initMicros()).isPositive();

      InvocationResult second = test.invoke(FUNCTION, "{}");
      assertThat(TestWorker.text(second.payload())).startsWith("{\"count\": 2");
      assertThat(second.timings().coldStart()).isFalse();
      assertThat(second.timings().initMicros()).isZero();
      assertThat(test.driver.starts).hasValue(1);
    }
  }

  @Test
  void theTailHoldsWhatWasPrintedBetweenStartAndEnd() throws InterruptedException {
    try (TestWorker test = obedient()) {
      for (int i = 0; i < 20; i++) {
        String text = "line " + i;
        InvocationResult result =
            test.invokeForTail(FUNCTION, "{\"do\":\"print\",\"text\":\"" + text + "\"}");
        List<String> lines = TestWorker.text(result.logTail()).lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).matches("START RequestId: [0-9a-f-]{36} Version: \\$LATEST");
        assertThat(lines.get(1)).isEqualTo(text);
        assertThat(lines.get(2)).matches("END RequestId: [0-9a-f-]{36}");
        assertThat(lines.get(3))
            .matches(
                "REPORT RequestId: [0-9a-f-]{36}\tDuration: \\d+\\.\\d\\d ms"
                    + "\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: \\d+ MB"
                    + (i == 0 ? "\tInit Duration: \\d+\\.\\d\\d ms\tThaw: boot" : "\tThaw: warm"));
      }
    }
  }

  @Test
  void theTailIsTheLastFourKibibytes() throws InterruptedException {
    try (TestWorker test = obedient()) {
      String text = "x".repeat(300_000);
      InvocationResult result =
          test.invokeForTail(FUNCTION, "{\"do\":\"print\",\"text\":\"" + text + "\"}");
      assertThat(result.logTail()).hasSize(4096);
      assertThat(TestWorker.text(result.logTail())).contains("x\nEND RequestId").contains("REPORT");
    }
  }

  @Test
  void theTailIsOfItsOwnInvocationWhoeverHasTheSandboxNext() throws Exception {
    try (TestWorker test =
            new TestWorker(
                    directory,
                    s -> {
                      s.maxSandboxes = 16;
                      return s;
                    })
                .code(OBEDIENT);
        ExecutorService clients = Executors.newFixedThreadPool(4)) {
      Callable<Void> client =
          () -> {
            for (int i = 0; i < 12; i++) {
              checkTail(test);
              checkTail(test);
              // Others wait for the next start then, and take what is given back.
              test.worker.retire("000000000000", "f", "$LATEST", "r2");
            }
            return null;
          };
      for (Future<Void> done : clients.invokeAll(Collections.nCopies(4, client))) {
        done.get();
      }
    }
  }

  @Test
  void theTailHasNoLineOfAnInvocationBeforeWhoseReportWasStillBeingMade()
      throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      try (TestWorker test = obedient()) {
        test.invoke(FUNCTION, "{}"); // nobody knows the memory yet: it is asked behind the answer
        checkTail(test);
      }
    }
  }

  /** Invokes; the tail is what this invocation wrote and nothing else. */
  private static void checkTail(TestWorker test) throws InterruptedException {
    Invocation invocation = Functions.invocation("{\"do\":\"print\",\"text\":\"mine\"}", true);
    String tail = TestWorker.text(test.worker.invoke(FUNCTION, invocation).logTail());
    List<String> lines = tail.lines().toList();
    String id = "RequestId: " + invocation.requestId();
    assertThat(lines).as("%s: %s", id, tail).hasSize(4);
    assertThat(lines.get(0)).startsWith("START " + id);
    assertThat(lines.get(1)).isEqualTo("mine");
    assertThat(lines.get(2)).isEqualTo("END " + id);
    assertThat(lines.get(3)).startsWith("REPORT " + id);
  }

  @Test
  void theLogOnDiskIsInOrderAndKnowsTheInvocation() throws InterruptedException {
    try (TestWorker test = obedient()) {
      for (int i = 0; i < 10; i++) {
        test.invoke(FUNCTION, "{\"do\":\"print\",\"text\":\"line " + i + "\"}");
      }
      await()
          .until(() -> test.logLines().stream().filter(l -> l.startsWith("REPORT")).count() == 10);
      assertThat(test.log())
          .filteredOn(event -> event.message().startsWith("line"))
          .hasSize(10)
          .allMatch(event -> event.requestId().isPresent())
          .allMatch(
              event -> event.stream().matches("\\d{4}/\\d\\d/\\d\\d/\\[\\$LATEST][0-9a-f]{32}"));
      List<String> kinds =
          test.logLines().stream()
              .filter(l -> !l.startsWith("line"))
              .map(l -> l.substring(0, 3))
              .toList();
      for (int i = 0; i < 10; i++) {
        assertThat(kinds.subList(3 * i, 3 * i + 3)).containsExactly("STA", "END", "REP");
      }
    }
  }

  @Test
  void anExceptionIsTheFunctionsErrorAndTheProcessGoesOn() throws InterruptedException {
    try (TestWorker test = obedient()) {
      test.invoke(FUNCTION, "{}");
      InvocationResult failed = test.invoke(FUNCTION, "{\"do\":\"raise\"}");
      assertThat(failed.functionError()).contains("Unhandled");
      assertThat(TestWorker.text(failed.payload()))
          .contains("\"errorMessage\": \"on purpose\"")
          .contains("\"errorType\": \"ValueError\"")
          .contains("stackTrace");
      assertThat(TestWorker.text(test.invoke(FUNCTION, "{}").payload()))
          .startsWith("{\"count\": 3");
    }
  }

  @Test
  void aHandlerThatNeverReturnsTimesOutAndItsSandboxIsReset() throws InterruptedException {
    try (TestWorker test = obedient()) {
      String before = TestWorker.text(test.invoke(HASTY, "{}").payload());
      InvocationResult late = test.invokeForTail(HASTY, "{\"do\":\"sleep\",\"seconds\":1000}");
      assertThat(late.functionError()).contains("Unhandled");
      assertThat(TestWorker.text(late.payload()))
          .matches(
              "\\{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: [0-9a-f-]{36}"
                  + " Error: Task timed out after 1.00 seconds\"}");
      assertThat(TestWorker.text(late.logTail()))
          .contains(" Task timed out after 1.00 seconds\nEND")
          .contains("\tStatus: timeout\t");
      // It had what the way to it had left of the second.
      assertThat(late.timings().handlerMicros()).isBetween(900_000L, 1_900_000L);

      InvocationResult after = test.invokeForTail(HASTY, "{}");
      assertThat(TestWorker.text(after.payload())).startsWith("{\"count\": 1").isNotEqualTo(before);
      assertThat(TestWorker.text(after.logTail())).endsWith("\tThaw: reset\n");
      assertThat(after.timings().initMicros()).isPositive();
      assertThat(test.driver.starts).hasValue(1);
      assertThat(test.worker.status().counters().resets()).isEqualTo(1);
      assertThat(test.worker.status().counters().timeouts()).isEqualTo(1);
      assertThat(test.worker.status().counters().functionErrors()).isEqualTo(1);
    }
  }

  @Test
  void anExitIsToldAsAwsTellsIt() throws InterruptedException {
    try (TestWorker test = obedient()) {
      assertThat(error(test, "{\"do\":\"exit\",\"code\":1}"))
          .isEqualTo("Runtime.ExitError: Runtime exited with error: exit status 1");
      assertThat(error(test, "{\"do\":\"exit\",\"code\":0}"))
          .isEqualTo("Runtime.ExitError: Runtime exited without providing a reason");
      assertThat(error(test, "{\"do\":\"kill\"}"))
          .isEqualTo("Runtime.ExitError: Runtime exited with error: signal: killed");
      assertThat(TestWorker.text(test.invoke(FUNCTION, "{}").payload()))
          .startsWith("{\"count\": 1");
      assertThat(test.driver.starts).hasValue(1);
    }
  }

  @Test
  void aProcessThatAnswersAndLeavesIsStartedAgainForTheNextInvocation() throws Exception {
    String source =
        """
        import os, sys, threading, time
        sys.path.insert(0, os.environ["PYTHONPATH"])
        from thaw_runtime import native
        def handler(event, context):
            if event.get("leave"):
                native.respond(context.aws_request_id, b'"gone"', "application/json", b"")
                native.receive()
                while not os.path.exists("leave-now"):
                    time.sleep(0.001)
                os._exit(128)
            return "here"
        """;
    try (TestWorker test = new TestWorker(directory, settings -> settings).code(source)) {
      assertThat(TestWorker.text(test.invoke(FUNCTION, "{\"leave\":true}").payload()))
          .isEqualTo("\"gone\"");
      CompletableFuture<InvocationResult> next = new CompletableFuture<>();
      Thread.startVirtualThread(() -> {
        try {
          next.complete(test.invoke(FUNCTION, "{}"));
        } catch (Throwable e) {
          next.completeExceptionally(e);
        }
      });
      Files.createFile(directory.resolve("leave-now"));
      assertThat(TestWorker.text(next.get(30, TimeUnit.SECONDS).payload())).isEqualTo("\"here\"");
      assertThat(test.driver.starts).hasValue(1);
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsRefusedAndTheProcessGoesOn() throws InterruptedException {
    try (TestWorker test = obedient()) {
      InvocationResult result = test.invoke(FUNCTION, "{\"do\":\"big\"}");
      assertThat(TestWorker.text(result.payload()))
          .isEqualTo(
              "{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"Response payload"
                  + " size exceeded maximum allowed payload size (6291556 bytes).\"}");
      assertThat(TestWorker.text(test.invoke(FUNCTION, "{}").payload()))
          .startsWith("{\"count\": 2");
    }
  }

  @Test
  void codeThatCannotBeImportedIsRunTwiceAndItsErrorComesBack() throws InterruptedException {
    try (TestWorker test = new TestWorker(directory, s -> s).code("import no_such_module\n")) {
      InvocationResult result = test.invokeForTail(FUNCTION, "{}");
      assertThat(result.functionError()).contains("Unhandled");
      assertThat(TestWorker.text(result.payload()))
          .contains("Runtime.ImportModuleError")
          .contains("No module named 'no_such_module'");
      List<String> lines = test.logLines();
      assertThat(lines)
          .anyMatch(l ->
              l.matches(
                  "INIT_REPORT Init Duration: [\\d.]+ ms\tPhase: init\tStatus: error"
                      + "\tError Type: Runtime.ImportModuleError"))
          .anyMatch(l ->
              l.matches(
                  "INIT_REPORT Init Duration: [\\d.]+ ms\tPhase: invoke\tStatus: error"
                      + "\tError Type: Runtime.ImportModuleError"));
      assertThat(lines.getLast())
          .contains("Status: error\tError Type: Runtime.ImportModuleError")
          .doesNotContain("Init Duration");
      assertThat(test.worker.status().counters().initFailures()).isEqualTo(2);
    }
  }

  @Test
  void anInitThatTakesTooLongIsRunAgainWithTheFunctionsTimeout() throws InterruptedException {
    String slow = "import time\ntime.sleep(1.2)\ndef handler(event, context): return 'late'\n";
    try (TestWorker test =
        new TestWorker(
                directory,
                s -> {
                  s.initTimeout = Duration.ofMillis(700);
                  return s;
                })
            .code(slow)) {
      InvocationResult result = test.invoke(FUNCTION, "{}");
      assertThat(TestWorker.text(result.payload())).isEqualTo("\"late\"");
      assertThat(test.logLines().getFirst())
          .matches(
              "INIT_REPORT Init Duration: ([7-9]|\\d\\d+)\\d\\d\\.\\d\\d ms\tPhase: init\tStatus: timeout");
      InvocationResult tooLate = test.invoke(TestWorker.function(Duration.ofSeconds(1)), "{}");
      assertThat(TestWorker.text(tooLate.payload())).isEqualTo("\"late\"");
    }
  }

  @Test
  void anInitLongerThanTheTimeoutEndsInATimeout() throws InterruptedException {
    String slow = "import time\ntime.sleep(60)\ndef handler(event, context): return 'never'\n";
    try (TestWorker test =
        new TestWorker(
                directory,
                s -> {
                  s.initTimeout = Duration.ofMillis(300);
                  return s;
                })
            .code(slow)) {
      InvocationResult result = test.invoke(HASTY, "{}");
      assertThat(TestWorker.text(result.payload())).contains("Task timed out after 1.00 seconds");
    }
  }

  @Test
  void aSandboxThatDiesInAnInvocationIsReplaced() throws Exception {
    try (TestWorker test = obedient()) {
      test.invoke(FUNCTION, "{}");
      CompletableFuture<InvocationResult> dying =
          invokeLater(
              test,
              TestWorker.function(Duration.ofSeconds(60)),
              "{\"do\":\"sleep\",\"seconds\":50}");
      await().until(() -> busy(test) == 1);
      test.driver.open().forEach(ProcessDriver.ProcessSandbox::crash);
      assertThat(TestWorker.text(dying.get(20, TimeUnit.SECONDS).payload()))
          .contains("Runtime exited without providing a reason");
      assertThat(TestWorker.text(test.invoke(FUNCTION, "{}").payload()))
          .startsWith("{\"count\": 1");
      await().until(() -> test.driver.open().size() == 1);
      assertThat(test.worker.status().counters().deaths()).isEqualTo(1);
    }
  }

  @Test
  void concurrentInvocationsGetSandboxesOfTheirOwnOrAreThrottled() throws Exception {
    try (TestWorker test = obedient()) {
      List<CompletableFuture<InvocationResult>> results = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        results.add(
            invokeLater(
                test,
                TestWorker.function(Duration.ofSeconds(30)),
                "{\"do\":\"sleep\",\"seconds\":4}"));
      }
      int answered = 0;
      int throttled = 0;
      for (CompletableFuture<InvocationResult> result : results) {
        try {
          assertThat(TestWorker.text(result.get(60, TimeUnit.SECONDS).payload())).contains("count");
          answered++;
        } catch (ExecutionException e) {
          assertThat(e.getCause()).isInstanceOf(LambdaException.class).hasMessage("Rate Exceeded.");
          throttled++;
        }
      }
      assertThat(answered).isEqualTo(4);
      assertThat(throttled).isEqualTo(2);
      assertThat(test.driver.starts.get()).isBetween(2, 4);
    }
  }

  @Test
  void anIdleSandboxIsPausedAndResumedOnDemand() throws Exception {
    try (TestWorker test =
        new TestWorker(
                directory,
                s -> {
                  s.pauseAfter = Duration.ofMillis(20);
                  return s;
                })
            .code(OBEDIENT)) {
      for (int i = 1; i <= 3; i++) {
        assertThat(TestWorker.text(test.invoke(FUNCTION, "{}").payload()))
            .startsWith("{\"count\": " + i);
        await().until(() -> test.driver.open().iterator().next().stopped());
        assertThat(test.worker.status().sandboxes().getFirst().paused()).isTrue();
      }
    }
  }

  @Test
  void anIdleSandboxIsEndedAfterItsKeepAlive() throws Exception {
    try (TestWorker test =
        new TestWorker(
                directory,
                s -> {
                  s.pauseAfter = Duration.ofMillis(20);
                  s.keepAlive = Duration.ofMillis(200);
                  return s;
                })
            .code(OBEDIENT)) {
      test.invoke(FUNCTION, "{}");
      await().until(() -> test.worker.status().sandboxes().isEmpty());
      assertThat(test.driver.open()).isEmpty();
      assertThat(test.worker.status().pool().promisedBytes()).isZero();
    }
  }

  @Test
  void endlessOutputIsDroppedAndCounted() throws Exception {
    try (TestWorker test =
        new TestWorker(
                directory,
                s -> {
                  s.outputRate = new DataSize(10_000);
                  s.outputBurst = new DataSize(50_000);
                  return s;
                })
            .code("def handler(event, context):\n    while True: print('x' * 100)\n")) {
      InvocationResult result = test.invokeForTail(HASTY, "{}");
      assertThat(TestWorker.text(result.payload())).contains("Task timed out");
      assertThat(TestWorker.text(result.logTail()))
          .containsPattern("Thaw: \\d+ lines \\(\\d+ bytes\\) of output dropped")
          .contains("REPORT");
      assertThat(test.logLines().stream().mapToInt(String::length).sum()).isLessThan(150_000);
      assertThat(test.worker.status().counters().outputDropped()).isGreaterThan(1000);
    }
  }

  @Test
  void aRetiredRevisionIsNotServedAgain() throws Exception {
    try (TestWorker test = obedient()) {
      test.invoke(FUNCTION, "{}");
      test.worker.retire("000000000000", "f", "7", "r2");
      assertThat(test.driver.open()).as("another version's").isNotEmpty();
      test.worker.retire("000000000000", "f", "$LATEST", "r2");
      await().until(() -> test.driver.open().isEmpty());
    }
  }

  @Test
  void aClosedWorkerRefuses() {
    TestWorker test = obedient();
    test.close();
    assertThatThrownBy(() -> test.invoke(FUNCTION, "{}"))
        .isInstanceOf(LambdaException.class)
        .hasMessageContaining("shutting down");
  }

  private TestWorker obedient() {
    return new TestWorker(directory, settings -> settings).code(OBEDIENT);
  }

  private static long busy(TestWorker test) {
    return test.worker.status().sandboxes().stream().filter(s -> s.state().equals("BUSY")).count();
  }

  /** {@code errorType: message without its request id}. */
  private static String error(TestWorker test, String payload) throws InterruptedException {
    InvocationResult result = test.invoke(FUNCTION, payload);
    assertThat(result.functionError()).contains("Unhandled");
    return TestWorker.text(result.payload())
        .replaceFirst(
            "\\{\"errorType\":\"([^\"]+)\",\"errorMessage\":\"RequestId: \\S+ Error: ([^\"]+)\"}",
            "$1: $2");
  }

  private static CompletableFuture<InvocationResult> invokeLater(
      TestWorker test, FunctionVersion function, String payload) {
    CompletableFuture<InvocationResult> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            result.complete(test.invoke(function, payload));
          } catch (LambdaException | InterruptedException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }
}
