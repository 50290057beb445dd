package thaw.worker;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;
import thaw.worker.SnapshotSettings.StartDepth;

/**
 * Starts a sandbox from the deepest snapshot layer there is and runs what is left of INIT. If a
 * layer cannot be resumed, the start goes on from the one below, and in the end from a boot.
 */
final class SessionStarter implements GuestStarter {
  private static final Logger LOG = LoggerFactory.getLogger(SessionStarter.class);

  private final WorkerSettings settings;
  private final SnapshotSettings snapshots;
  private final SandboxDriver driver;
  private final FunctionParts functions;
  private final StartPoints points;
  private final StandbyPool standbys;
  private final Counters counters;
  private final boolean network;

  SessionStarter(
      WorkerSettings settings,
      SnapshotSettings snapshots,
      SandboxDriver driver,
      FunctionParts functions,
      StartPoints points,
      StandbyPool standbys,
      Counters counters,
      boolean network) {
    this.settings = settings;
    this.snapshots = snapshots;
    this.driver = driver;
    this.functions = functions;
    this.points = points;
    this.standbys = standbys;
    this.counters = counters;
    this.network = network;
  }

  @Override
  public Guest start(PooledSandbox pooled, Runnable onDeath) throws SandboxException {
    try (var _ = standbys.starting()) {
      return startFromDeepest(pooled, onDeath);
    }
  }

  private Guest startFromDeepest(PooledSandbox pooled, Runnable onDeath) throws SandboxException {
    StartDepth deepest = StartDepth.FUNCTION;
    while (true) {
      StartPoint point = points.choose(pooled.function, deepest);
      long begin = System.nanoTime();
      SandboxSpec spec = specOrClose(pooled.function, point);
      try {
        Guest guest = start(pooled.function, point, spec, begin, onDeath);
        (point.depth() == StartDepth.BOOT ? counters.boots : counters.resumes).increment();
        points.started(point);
        standbys.wanted(pooled.function, point);
        return guest;
      } catch (SandboxException e) {
        points.failed(point);
        point.close();
        if (point.depth() == StartDepth.BOOT) {
          throw e;
        }
        counters.resumeFailures.increment();
        LOG.warn(
            "{} did not start from its {} layer: {}",
            pooled.function.name(),
            point.depth().label(),
            e.getMessage());
        deepest = point.depth().below();
      } catch (RuntimeException e) {
        point.close();
        throw e;
      }
    }
  }

  /**
   * If there is no code, no layer is at fault, and a start from another one would not do better.
   */
  private SandboxSpec specOrClose(FunctionVersion function, StartPoint point)
      throws SandboxException {
    try {
      return functions.spec(function, network).from(point.origin());
    } catch (SandboxException | RuntimeException e) {
      point.close();
      throw e;
    }
  }

  private Guest start(
      FunctionVersion function, StartPoint point, SandboxSpec spec, long begin, Runnable onDeath)
      throws SandboxException {
    String stream = functions.logStream(function);
    SandboxLog log = functions.log(function, stream);
    Resumed resumed = resume(function, point, spec);
    Sandbox sandbox = resumed.sandbox;
    GuestEvents events = resumed.events;
    RuntimeLife life = resumed.life;
    DataConnections data = resumed.data;
    life.logTo(log::output);
    // A guest that dies before it is up is a start that failed, and another may be tried.
    CompletableFuture<Void> up = new CompletableFuture<>();
    Runnable onDeathOnceUp =
        () -> {
          var _ = up.thenRun(onDeath);
        };
    events.whenOver(onDeathOnceUp);
    try {
      long startMicros = (System.nanoTime() - begin) / 1000;
      SandboxSession session =
          new SandboxSession(
              sandbox,
              events,
              function,
              functions.process(function, stream, data),
              log,
              life,
              counters,
              resumed.stoodBy ? point.unobserved() : point,
              points,
              startMicros);
      if (point.depth() == StartDepth.FUNCTION) {
        session.restore(snapshots.restoreTimeout());
      } else {
        session.init(settings.initTimeout());
        if (events.over() && point.isDamaged()) {
          throw new IOException("it died of its damaged layer in INIT");
        }
      }
      var _ =
          sandbox
              .died()
              .thenRun(() -> {
                points.died(point);
                onDeathOnceUp.run();
              });
      up.complete(null);
      return session;
    } catch (LambdaException e) {
      sandbox.close();
      throw e;
    } catch (IOException | RuntimeException e) {
      sandbox.close();
      throw new SandboxException("sandbox " + sandbox.id() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      sandbox.close();
      Thread.currentThread().interrupt();
      throw new SandboxException("interrupted while sandbox " + sandbox.id() + " started", e);
    }
  }

  /** A guest that runs, and what hears of it. */
  private record Resumed(
      Sandbox sandbox,
      GuestEvents events,
      DataConnections data,
      RuntimeLife life,
      boolean stoodBy) {}

  /** One that stood by, if there is one; else one that is started now. */
  private Resumed resume(FunctionVersion function, StartPoint point, SandboxSpec spec)
      throws SandboxException {
    Optional<StandbyGuest> waiting = standbys.take(function, point);
    if (waiting.isPresent()) {
      StandbyGuest guest = waiting.get();
      try {
        Sandbox sandbox = guest.standby().assign(spec);
        guest.assigned();
        return new Resumed(sandbox, guest.events(), guest.data(), guest.life(), true);
      } catch (SandboxException e) {
        LOG.warn("a guest that stood by is of no use: {}", e.getMessage());
        guest.close();
      }
    }
    RuntimeLife life = new RuntimeLife(line -> {});
    DataConnections data = functions.connections();
    GuestEvents events = new GuestEvents(Optional.of(data));
    events.begin(life); // a runtime that was frozen is heard from the first moment on
    return new Resumed(driver.start(spec, events), events, data, life, false);
  }
}
