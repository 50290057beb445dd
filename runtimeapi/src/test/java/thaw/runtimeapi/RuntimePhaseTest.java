package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static thaw.runtimeapi.RuntimePhase.FINISHED;
import static thaw.runtimeapi.RuntimePhase.INIT_ERROR;
import static thaw.runtimeapi.RuntimePhase.READY;
import static thaw.runtimeapi.RuntimePhase.RESPONDING;
import static thaw.runtimeapi.RuntimePhase.RESPONSE_SENT;
import static thaw.runtimeapi.RuntimePhase.RESTORABLE;
import static thaw.runtimeapi.RuntimePhase.RUNNING;
import static thaw.runtimeapi.RuntimePhase.STARTED;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RuntimePhaseTest {
  private static final Map<RuntimePhase, Set<RuntimePhase>> EDGES =
      Map.of(
          STARTED, Set.of(READY, RESTORABLE, INIT_ERROR, FINISHED),
          READY, Set.of(READY, RUNNING, FINISHED),
          RUNNING, Set.of(RUNNING, RESPONDING, FINISHED),
          RESPONDING, Set.of(RUNNING, RESPONSE_SENT, FINISHED),
          RESPONSE_SENT, Set.of(READY, RESTORABLE, FINISHED),
          RESTORABLE, Set.of(STARTED, FINISHED),
          INIT_ERROR, Set.of(),
          FINISHED, Set.of());

  static Stream<List<RuntimePhase>> pairs() {
    return Stream.of(RuntimePhase.values())
        .flatMap(from -> Stream.of(RuntimePhase.values()).map(to -> List.of(from, to)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyEdgeThatIsNotListedIsForbidden(List<RuntimePhase> pair) {
    boolean listed = EDGES.getOrDefault(pair.get(0), Set.of()).contains(pair.get(1));
    assertThat(pair.get(0).allows(pair.get(1))).isEqualTo(listed);
  }
}
