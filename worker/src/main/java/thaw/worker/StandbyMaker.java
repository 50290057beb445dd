package thaw.worker;

import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.FunctionVersion;
import thaw.runtimeapi.RuntimeCommand;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.sandbox.Standby;
import thaw.worker.SnapshotSettings.StartDepth;

/**
 * Makes guests that stand by: resumes a layer, and, if no process of a customer's is in it, has its
 * runtime rehearse a start, which may be recorded as a start is. A customer's processes stay
 * frozen.
 */
final class StandbyMaker {
  private static final Logger LOG = LoggerFactory.getLogger(StandbyMaker.class);

  private final SandboxDriver driver;
  private final FunctionParts functions;
  private final StartPoints points;
  private final boolean network;

  StandbyMaker(SandboxDriver driver, FunctionParts functions, StartPoints points, boolean network) {
    this.driver = driver;
    this.functions = functions;
    this.points = points;
    this.network = network;
  }

  /**
   * Makes one for starts of a function, and all others from the same layer.
   *
   * @param depth of the layer
   * @return empty if there is no such layer now, or starts from it are still to be recorded
   */
  Optional<StandbyGuest> make(FunctionVersion function, StartDepth depth)
      throws IOException, InterruptedException {
    StartPoint point = points.choose(function, depth);
    try {
      if (point.depth() == depth && !isLeftToStarts(function, point)) {
        Optional<StandbyGuest> made = resume(function, point);
        if (made.isPresent()) {
          return made;
        }
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      point.close();
      throw e;
    }
    point.close();
    return Optional.empty();
  }

  /**
   * Whether no guest stands by for such starts: a boot, or the base's, which know neither runtime
   * nor function; those of which is to be recorded what they touch, if a rehearsal does not tell;
   * those that share their memory, which nobody has alone.
   */
  static boolean isLeftToStarts(FunctionVersion function, StartPoint point) {
    return point.depth().compareTo(StartDepth.RUNTIME) < 0
        || (point.recorded() && !rehearses(function, point))
        || (point.origin() instanceof SandboxOrigin.Snapshot from && from.shareMemory());
  }

  private static boolean rehearses(FunctionVersion function, StartPoint point) {
    return point.depth() != StartDepth.FUNCTION && RuntimeCommand.rehearses(function.runtime());
  }

  private Optional<StandbyGuest> resume(FunctionVersion function, StartPoint point)
      throws IOException, InterruptedException {
    RuntimeLife life = new RuntimeLife(line -> LOG.debug("stands by: {}", line));
    DataConnections data = functions.connections();
    GuestEvents events = new GuestEvents(Optional.of(data));
    events.begin(life);
    SandboxSpec spec = functions.spec(function, network).from(point.origin());
    if (point.depth() == StartDepth.RUNTIME) {
      spec = spec.withDisks(Optional.empty(), Optional.empty()); // the function may be another one
    }
    Optional<Standby> resumed = driver.standBy(spec, events);
    if (resumed.isEmpty()) {
      return Optional.empty();
    }
    Standby standby = resumed.get();
    try {
      if (rehearses(function, point)) {
        RuntimeStart.rehearse(standby.agent(), life, LayerMaker.EXERCISE_TIMEOUT);
      }
      standby.pause();
      if (point.recorded()) {
        points.touched(point, standby.firstTouches());
      }
      return Optional.of(new StandbyGuest(standby, events, data, life, point, function));
    } catch (IOException | InterruptedException | RuntimeException e) {
      life.lost();
      standby.close();
      throw e;
    }
  }
}
