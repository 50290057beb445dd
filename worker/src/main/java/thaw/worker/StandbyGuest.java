package thaw.worker;

import thaw.model.FunctionVersion;
import thaw.sandbox.Standby;
import thaw.worker.SnapshotSettings.StartDepth;

/**
 * A guest that stands by, and what hears of it.
 *
 * @param events from the first on
 * @param data its connections to the data endpoint, of which it has none yet
 * @param life its runtime
 * @param point the layer that it was resumed from, held
 * @param function whose code it has; one of a runtime layer's has none
 */
record StandbyGuest(
    Standby standby,
    GuestEvents events,
    DataConnections data,
    RuntimeLife life,
    StartPoint point,
    FunctionVersion function)
    implements AutoCloseable {
  /** Whether it can still be assigned to a start of a function from there. */
  boolean serves(FunctionVersion other, StartPoint from) {
    return !standby.isDead() && point.layer().equals(from.layer()) && (hasNoCode() || isOf(other));
  }

  private boolean hasNoCode() {
    return point.depth() == StartDepth.RUNTIME;
  }

  private boolean isOf(FunctionVersion other) {
    return function.accountId().equals(other.accountId())
        && function.name().equals(other.name())
        && function.version().equals(other.version())
        && function.codeSha256().equals(other.codeSha256())
        && function.layers().equals(other.layers());
  }

  /** It has become a sandbox, whose start holds the layer. */
  void assigned() {
    point.close();
  }

  @Override
  public void close() {
    life.lost();
    standby.close();
    point.close();
  }
}
