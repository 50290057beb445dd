package thaw.agent;

import java.io.IOException;

/** The agent answered a control call with an error; the connection goes on. */
public final class AgentCallException extends IOException {
  private final int errno;

  AgentCallException(Operation operation, int errno, String text) {
    super("the guest's agent failed at " + operation + ": " + text + " (errno " + errno + ")");
    this.errno = errno;
  }

  /** The guest's Linux errno, never 0. */
  public int errno() {
    return errno;
  }
}
