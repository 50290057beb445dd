package thaw.configuration;

import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * Makes changes of functions: takes the places in the queues that what follows from a change needs,
 * writes it, and has made ready what is new.
 */
final class Changes {
  private final ReadyMaker readyMaker;
  private final VersionMaker versionMaker;
  private final Clock clock;

  Changes(ReadyMaker readyMaker, VersionMaker versionMaker, Clock clock) {
    this.readyMaker = readyMaker;
    this.versionMaker = versionMaker;
    this.clock = clock;
  }

  /**
   * Changes a function.
   *
   * @param publish whether a version is to be published in the same transaction
   * @return the function, or the version
   */
  FunctionConfiguration make(
      @Nullable Boolean publish, Function<FunctionStore.Publishing, FunctionStore.Change> write) {
    FunctionStore.Change change =
        withPlace(
            readyMaker::reserve,
            readyMaker::release,
            () ->
                Boolean.TRUE.equals(publish)
                    ? withPlace(
                        versionMaker::reserve,
                        versionMaker::release,
                        () -> write.apply(this::published))
                    : write.apply((handle, row) -> Optional.empty()));
    readyMaker.submit(change.function());
    return change.published().map(this::begun).orElse(change.function().document());
  }

  /** Publishes a version of a function that does not change. */
  FunctionConfiguration publish(Supplier<Publication> write) {
    return begun(withPlace(versionMaker::reserve, versionMaker::release, write));
  }

  private Optional<Publication> published(Handle handle, FunctionRow row) {
    return Optional.of(Publication.of(handle, row, Optional.empty(), clock.instant()));
  }

  private FunctionConfiguration begun(Publication publication) {
    if (publication.made()) {
      versionMaker.submit(publication.version());
    } else {
      versionMaker.release();
    }
    return publication.version().document();
  }

  /** Takes a place and writes; the place is kept for what follows unless the write failed. */
  private static <T> T withPlace(Runnable reserve, Runnable release, Supplier<T> write) {
    reserve.run();
    try {
      return write.get();
    } catch (RuntimeException e) {
      release.run();
      throw e;
    }
  }
}
