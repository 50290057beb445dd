package thaw.agent;

import java.io.IOException;

/** The guest sent what docs/agent-protocol.md forbids; the connection ends with this message. */
final class ProtocolViolation extends IOException {
  ProtocolViolation(String message) {
    super("the guest broke the agent protocol: " + message);
  }
}
