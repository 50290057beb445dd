package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SandboxLifecycleTest {
  /** How to get into a state from INIT, along allowed edges. */
  private static final Map<SandboxState, List<SandboxState>> WAY_TO =
      Map.of(
          SandboxState.INIT, List.of(SandboxState.INIT),
          SandboxState.IDLE, List.of(SandboxState.INIT, SandboxState.IDLE),
          SandboxState.BUSY, List.of(SandboxState.INIT, SandboxState.IDLE, SandboxState.BUSY),
          SandboxState.DEAD, List.of(SandboxState.INIT, SandboxState.DEAD));

  static Stream<Arguments> allowed() {
    return Stream.of(
        Arguments.of(SandboxState.INIT, SandboxState.IDLE),
        Arguments.of(SandboxState.INIT, SandboxState.DEAD),
        Arguments.of(SandboxState.IDLE, SandboxState.BUSY),
        Arguments.of(SandboxState.IDLE, SandboxState.DEAD),
        Arguments.of(SandboxState.BUSY, SandboxState.IDLE),
        Arguments.of(SandboxState.BUSY, SandboxState.DEAD));
  }

  static Stream<Arguments> forbidden() {
    return Stream.of(
        Arguments.of(SandboxState.INIT, SandboxState.INIT),
        Arguments.of(SandboxState.INIT, SandboxState.BUSY),
        Arguments.of(SandboxState.IDLE, SandboxState.INIT),
        Arguments.of(SandboxState.IDLE, SandboxState.IDLE),
        Arguments.of(SandboxState.BUSY, SandboxState.INIT),
        Arguments.of(SandboxState.BUSY, SandboxState.BUSY),
        Arguments.of(SandboxState.DEAD, SandboxState.INIT),
        Arguments.of(SandboxState.DEAD, SandboxState.IDLE),
        Arguments.of(SandboxState.DEAD, SandboxState.BUSY),
        Arguments.of(SandboxState.DEAD, SandboxState.DEAD));
  }

  @ParameterizedTest
  @MethodSource("allowed")
  void theTablesEdgesCanBeTaken(SandboxState from, SandboxState to) {
    SandboxLifecycle lifecycle = in(from);
    assertThat(lifecycle.move(from, to)).isTrue();
    assertThat(lifecycle.state()).isEqualTo(to);
  }

  @ParameterizedTest
  @MethodSource("forbidden")
  void noOtherEdgeCanBeTaken(SandboxState from, SandboxState to) {
    SandboxLifecycle lifecycle = in(from);
    assertThatThrownBy(() -> lifecycle.move(from, to))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a sandbox never goes from " + from + " to " + to);
    assertThat(lifecycle.state()).isEqualTo(from);
  }

  @Test
  void everyPairOfStatesIsInOneOfTheTwoLists() {
    List<Arguments> edges = new ArrayList<>(allowed().toList());
    edges.addAll(forbidden().toList());
    assertThat(edges.stream().map(edge -> List.of(edge.get())).distinct()).hasSize(4 * 4);
  }

  @Test
  void aStepFromAnotherStateThanThePresentOneIsNotTaken() {
    SandboxLifecycle lifecycle = in(SandboxState.IDLE);
    assertThat(lifecycle.move(SandboxState.BUSY, SandboxState.IDLE)).isFalse();
    assertThat(lifecycle.state()).isEqualTo(SandboxState.IDLE);
  }

  @Test
  void onlyOneOfManyGetsAnIdleSandbox() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      SandboxLifecycle lifecycle = in(SandboxState.IDLE);
      AtomicInteger won = new AtomicInteger();
      CountDownLatch go = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    go.await();
                  } catch (InterruptedException e) {
                    return;
                  }
                  if (lifecycle.move(SandboxState.IDLE, SandboxState.BUSY)) {
                    won.incrementAndGet();
                  }
                }));
      }
      go.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(won).hasValue(1);
    }
  }

  private static SandboxLifecycle in(SandboxState state) {
    SandboxLifecycle lifecycle = new SandboxLifecycle();
    List<SandboxState> way = WAY_TO.getOrDefault(state, List.of());
    for (int i = 1; i < way.size(); i++) {
      assertThat(lifecycle.move(way.get(i - 1), way.get(i))).isTrue();
    }
    return lifecycle;
  }
}
