package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The red team in containers. */
class ContainerRedTeamEndToEndTest extends RedTeamEndToEndTest {
  @Override
  String driver() {
    return "container";
  }

  @Test
  void aChildThatTakesAllMemoryEndsTheSandbox() {
    Answer answer = attack("child_takes_all_memory");
    assertThat(answer.error()).as(answer.text()).contains("Unhandled");
    assertThat(answer.json().path("errorType").asString()).isEqualTo("Runtime.OutOfMemory");
    assertThat(answer.json().path("errorMessage").asString())
        .endsWith("Error: Runtime exited with error: signal: killed");
    assertThat(attack("nothing").text()).isEqualTo("\"served\"");
  }
}
