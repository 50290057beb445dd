package thaw.jail;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must be undone, last first. A step that fails is logged and does not keep the others. */
public final class CloseStack implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CloseStack.class);
  private final Deque<Step> steps = new ArrayDeque<>();

  /** One thing to undo. */
  public interface Step {
    void undo() throws Exception;
  }

  /** Adds a step, to be undone before those that are there. */
  public synchronized void push(Step step) {
    steps.push(step);
  }

  @Override
  public synchronized void close() {
    while (!steps.isEmpty()) {
      try {
        steps.pop().undo();
      } catch (Exception e) {
        log.warn("could not clean up wholly", e);
      }
    }
  }
}
