package thaw.agent;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where streams and calls send their frames: a failure to write ends the connection. */
@FunctionalInterface
interface FrameSink {
  void send(FrameType type, int flags, int stream, ByteBuffer... payload) throws IOException;
}
