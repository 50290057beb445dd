package thaw.runtimeapi;

import java.io.IOException;
import java.nio.ByteBuffer;
import thaw.agent.AgentStream;

/** A guest connection carried by the agent. */
record AgentStreamConnection(AgentStream stream) implements GuestConnection {
  @Override
  public int read(ByteBuffer into) throws IOException {
    return stream.read(into);
  }

  @Override
  public void write(ByteBuffer... buffers) throws IOException {
    stream.write(buffers);
  }

  @Override
  public void close() {
    stream.close();
  }
}
