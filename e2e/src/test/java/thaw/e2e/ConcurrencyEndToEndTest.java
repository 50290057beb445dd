package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** More invocations of one function at once than there may be sandboxes. */
class ConcurrencyEndToEndTest {
  private static final int SANDBOXES = 10;
  private static final int CLIENTS = 12;
  private static final int HANDLER_SECONDS = 10;

  @RegisterExtension
  static final ThawPlatform thaw = ThawPlatform.with("none", "worker.maxSandboxes=" + SANDBOXES);

  /** What one handler said of its invocation. */
  private record Served(int mark, String sandbox, double begun, double ended, String origin) {
    static Served of(Answer answer) {
      assertThat(answer.error()).as(answer.text()).isEmpty();
      return new Served(
          answer.json().path("mark").asInt(),
          answer.json().path("sandbox").asString(),
          answer.json().path("begun").asDouble(),
          answer.json().path("ended").asDouble(),
          answer.report().group("origin"));
    }
  }

  private static Served invoke(int mark, int seconds) {
    String event = "{\"mark\":%d,\"seconds\":%d}".formatted(mark, seconds);
    return Served.of(Functions.invoke(thaw, "slow", event));
  }

  @Test
  void everyInvocationHasASandboxToItselfOrIsThrottledAndNoneIsLost() throws Exception {
    Functions.python(thaw, "slow", "slow", function -> function.memorySize(128));
    List<Served> served = new ArrayList<>();
    int throttled = 0;
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Callable<Served>> calls =
          IntStream.range(0, CLIENTS)
              .<Callable<Served>>mapToObj(mark -> () -> invoke(mark, HANDLER_SECONDS))
              .toList();
      for (Future<Served> call : clients.invokeAll(calls)) {
        try {
          served.add(call.get());
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(TooManyRequestsException.class);
          throttled++;
        }
      }
    }

    // All arrive while the first sandboxes still boot, so those beyond the bound find it reached.
    assertThat(served).hasSize(SANDBOXES);
    assertThat(throttled).isEqualTo(CLIENTS - SANDBOXES);
    assertThat(served).extracting(Served::mark).doesNotHaveDuplicates();
    Map<String, List<Served>> bySandbox =
        served.stream().collect(Collectors.groupingBy(Served::sandbox));
    assertThat(bySandbox).hasSizeGreaterThan(1);
    // On a slow host an invocation that waits for its own sandbox may get one that became idle.
    bySandbox.values().forEach(ConcurrencyEndToEndTest::assertOneAtATime);

    Served later = invoke(CLIENTS, 0);
    assertThat(later.origin()).isEqualTo("warm");
  }

  private static void assertOneAtATime(List<Served> inOneSandbox) {
    List<Served> ordered =
        inOneSandbox.stream().sorted(Comparator.comparingDouble(Served::begun)).toList();
    for (int i = 1; i < ordered.size(); i++) {
      assertThat(ordered.get(i).begun()).isGreaterThanOrEqualTo(ordered.get(i - 1).ended());
    }
  }
}
