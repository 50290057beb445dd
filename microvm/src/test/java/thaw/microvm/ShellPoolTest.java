package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import thaw.sandbox.SandboxException;

/** When shells are made; what they are is {@link ResumedContract}'s. */
class ShellPoolTest {
  private static final long PLENTY = 60;
  private static final VmOptions KIND =
      new VmOptions(
          Accelerator.TCG,
          VmSize.of(128, Accelerator.TCG, 1),
          Optional.empty(),
          32,
          false,
          false,
          MemoryBacking.PRIVATE_FILE);

  @Test
  void noneIsBegunWhileAResumeThatBeganBeforeIsUnderWay() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Boolean> overWhenMade = new CompletableFuture<>();
    try (ShellPool pool = pool(kind -> overWhenMade.complete(over.get()))) {
      ShellPool.Resume resume = pool.resuming();
      assertThat(pool.take(KIND)).isEmpty();
      over.set(true);
      resume.close();
      assertThat(overWhenMade.get(PLENTY, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aPoolIsClosedThoughAResumeIsUnderWay() throws Exception {
    ShellPool pool = pool(kind -> {});
    try (ShellPool.Resume _ = pool.resuming()) {
      assertThat(pool.take(KIND)).isEmpty();
      pool.close();
    }
  }

  /** Of a maker that only says what it was asked for. */
  private static ShellPool pool(Consumer<VmOptions> asked) {
    return new ShellPool(
        SnapshotHost.settings(Path.of("/nowhere"), 1),
        kind -> {
          asked.accept(kind);
          throw new SandboxException("none is wanted");
        });
  }
}
