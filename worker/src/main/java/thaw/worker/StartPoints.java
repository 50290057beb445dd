package thaw.worker;

import java.util.List;
import thaw.model.FunctionVersion;
import thaw.worker.SnapshotSettings.StartDepth;

/**
 * Where sandboxes start from: snapshot layers, or, with a driver that makes none, always a boot.
 */
interface StartPoints extends AutoCloseable {
  /**
   * The deepest point there is, though not deeper than {@code deepest}.
   *
   * @return to be closed when nothing of the sandbox is left
   */
  StartPoint choose(FunctionVersion function, StartDepth deepest);

  /** A start from there succeeded. */
  void started(StartPoint point);

  /** A start from there failed. */
  void failed(StartPoint point);

  /** A sandbox that started from there died on its own, or was ended. */
  void died(StartPoint point);

  /** What a sandbox touched from its resume to the end of its first invocation. */
  void touched(StartPoint point, List<Integer> pages);

  @Override
  void close();

  /** Always a boot. */
  final class Boots implements StartPoints {
    @Override
    public StartPoint choose(FunctionVersion function, StartDepth deepest) {
      return StartPoint.boot();
    }

    @Override
    public void started(StartPoint point) {}

    @Override
    public void failed(StartPoint point) {}

    @Override
    public void died(StartPoint point) {}

    @Override
    public void touched(StartPoint point, List<Integer> pages) {}

    @Override
    public void close() {}
  }
}
