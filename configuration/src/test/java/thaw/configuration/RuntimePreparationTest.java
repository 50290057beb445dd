package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.State;
import thaw.model.FunctionReference;

/** The image of a function's runtime is made while the function is Pending. */
class RuntimePreparationTest {
  private static final FunctionReference F = named("f");

  @TempDir private Path directory;

  private final List<String> prepared = new CopyOnWriteArrayList<>();

  @Test
  void theRuntimeOfANewFunctionIsPrepared() throws IOException {
    try (Opened opened = Opened.withRuntimes(directory, prepared::add)) {
      opened.service().create(F, request("1").build());
      assertThat(opened.settled(F).state()).isEqualTo(State.ACTIVE);
      assertThat(prepared).containsExactly("python3.13");
    }
  }

  @Test
  void aRuntimeWithoutAnImageFailsTheFunctionAndTellsWhy() throws IOException {
    RuntimePreparation broken =
        runtime -> {
          throw new IOException("no guest image for " + runtime);
        };
    try (Opened opened = Opened.withRuntimes(directory, broken)) {
      opened.service().create(F, request("1").build());
      FunctionConfiguration failed = opened.settled(F);
      assertThat(failed.state()).isEqualTo(State.FAILED);
      assertThat(failed.stateReason()).contains("no guest image for python3.13");
    }
  }
}
