package thaw.agent;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** The open streams by id. The guest opens them, both sides together free a slot. */
final class StreamTable {
  private final AtomicReferenceArray<AgentStream> slots =
      new AtomicReferenceArray<>(Protocol.MAX_STREAMS + 1);

  void add(AgentStream stream) throws ProtocolViolation {
    if (!slots.compareAndSet(stream.id(), null, stream)) {
      throw new ProtocolViolation("OPEN of stream " + stream.id() + ", which is open");
    }
  }

  AgentStream get(FrameHeader header) throws ProtocolViolation {
    AgentStream stream = slots.get(header.stream());
    if (stream == null) {
      throw new ProtocolViolation(
          header.type() + " on stream " + header.stream() + ", which is not open");
    }
    return stream;
  }

  @SuppressWarnings("NullAway") // an empty slot is null
  void remove(AgentStream stream) {
    slots.compareAndSet(stream.id(), stream, null);
  }

  /** The connection is over: whoever waits on a stream is told why. */
  void failAll(String reason) {
    for (int id = 1; id <= Protocol.MAX_STREAMS; id++) {
      AgentStream stream = slots.get(id);
      if (stream != null) {
        stream.fail(reason);
      }
    }
  }
}
