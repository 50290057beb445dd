package thaw.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Takes the guest's frames one after another to where they belong. Runs on the reader thread. */
final class FrameDispatcher {
  private static final int EXITED_BYTES = 16;

  private final FrameReader reader;
  private final FrameSink sink;
  private final StreamTable streams;
  private final ControlCalls calls;
  private final AgentConnection.Listener listener;
  private final AtomicInteger exitsToCome;
  private int guestWindowBytes;

  /**
   * @param exitsToCome how often the runtime may still exit: counted down here
   */
  FrameDispatcher(
      FrameReader reader,
      FrameSink sink,
      StreamTable streams,
      ControlCalls calls,
      AgentConnection.Listener listener,
      AtomicInteger exitsToCome) {
    this.reader = reader;
    this.sink = sink;
    this.streams = streams;
    this.calls = calls;
    this.listener = listener;
    this.exitsToCome = exitsToCome;
  }

  /** Returns never: it ends with the reason for which the connection cannot go on. */
  void run(byte[] nonce, Consumer<AgentHello> greeted) throws IOException {
    greeted.accept(greeting(nonce));
    while (true) {
      dispatch(reader.header());
    }
  }

  private AgentHello greeting(byte[] nonce) throws IOException {
    FrameHeader header = reader.skipToGreeting(nonce);
    int fixedBytes = 2 * Short.BYTES + Integer.BYTES;
    int rest = header.length() - nonce.length;
    if (rest < fixedBytes || rest > fixedBytes + Protocol.MAX_BUILD_BYTES) {
      throw new ProtocolViolation("HELLO with " + header.length() + " bytes");
    }
    ByteBuffer payload = reader.payload(rest);
    int version = payload.getShort() & 0xffff;
    int maxStreams = payload.getShort() & 0xffff;
    guestWindowBytes = payload.getInt();
    if (version != Protocol.VERSION) {
      throw new IOException(
          "the guest speaks version %d of the agent protocol, this host %d: rebuild the guest image"
              .formatted(version, Protocol.VERSION));
    }
    if (maxStreams > Protocol.MAX_STREAMS
        || guestWindowBytes < Protocol.MIN_WINDOW_BYTES
        || guestWindowBytes > Protocol.MAX_WINDOW_BYTES) {
      throw new ProtocolViolation(
          "HELLO with %d streams and a window of %d bytes".formatted(maxStreams, guestWindowBytes));
    }
    return new AgentHello(version, GuestText.of(payload));
  }

  private void dispatch(FrameHeader header) throws IOException {
    switch (header.type()) {
      case REPLY -> calls.replied(reader.payload(header.length()));
      case EVENT -> event(header);
      case OPEN -> opened(header);
      case DATA -> data(header);
      case WINDOW -> {
        header.requireLength(Integer.BYTES);
        streams.get(header).receivedWindow(reader.payload(Integer.BYTES).getInt());
      }
      case EOF -> {
        header.requireLength(0);
        streams.get(header).receivedEof();
      }
      case CLOSE -> {
        header.requireLength(0);
        streams.get(header).receivedClose(header.abort());
      }
      case FAULT ->
          throw new IOException(
              "the agent gave up: " + GuestText.of(reader.payload(header.length())));
      case CONNECT, HELLO, REQUEST ->
          throw new ProtocolViolation(header.type() + " from the guest");
    }
  }

  private void data(FrameHeader header) throws IOException {
    AgentStream stream = streams.get(header);
    if (header.length() == 0) {
      throw new ProtocolViolation("DATA without data");
    }
    reader.pieces(header.length(), stream::received);
  }

  private void opened(FrameHeader header) throws IOException {
    header.requireLength(1);
    int code = reader.payload(1).get();
    AgentStream.Kind kind =
        switch (code) {
          case 1 -> AgentStream.Kind.CONNECTION;
          case 2 -> AgentStream.Kind.STDOUT;
          case 3 -> AgentStream.Kind.STDERR;
          case 4 -> AgentStream.Kind.SERVICE;
          default -> throw new ProtocolViolation("OPEN of kind " + code);
        };
    AgentStream stream =
        new AgentStream(header.stream(), kind, header.carried(), guestWindowBytes, sink, streams);
    streams.add(stream);
    switch (kind) {
      case CONNECTION -> listener.connectionOpened(stream);
      case SERVICE -> listener.serviceOpened(stream);
      case STDOUT, STDERR -> listener.outputOpened(stream);
    }
  }

  private void event(FrameHeader header) throws IOException {
    header.requireLength(EXITED_BYTES);
    ByteBuffer payload = reader.payload(EXITED_BYTES);
    int kind = payload.getInt();
    if (kind != Protocol.EVENT_EXITED) {
      throw new ProtocolViolation("EVENT of kind " + kind);
    }
    if (exitsToCome.getAndDecrement() <= 0) {
      throw new ProtocolViolation("the exit of a runtime that was not started");
    }
    int code = payload.getInt();
    int signal = payload.getInt();
    boolean outOfMemory = (payload.getInt() & Protocol.EXITED_OUT_OF_MEMORY) != 0;
    listener.runtimeExited(new ExitStatus(code, signal, outOfMemory));
  }
}
