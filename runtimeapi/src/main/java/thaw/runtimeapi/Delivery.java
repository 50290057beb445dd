package thaw.runtimeapi;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import thaw.model.Invocation;

/**
 * An invocation as the answer to {@code next}.
 *
 * @param deadlineMillis wall clock, milliseconds since the epoch
 */
record Delivery(Invocation invocation, long deadlineMillis) {
  private static final byte[] START =
      ascii("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
  private static final byte[] REQUEST_ID = ascii("Lambda-Runtime-Aws-Request-Id: ");
  private static final byte[] DEADLINE = ascii("Lambda-Runtime-Deadline-Ms: ");
  private static final byte[] ARN = ascii("Lambda-Runtime-Invoked-Function-Arn: ");
  private static final byte[] TRACE_ID = ascii("Lambda-Runtime-Trace-Id: ");
  private static final byte[] CLIENT_CONTEXT = ascii("Lambda-Runtime-Client-Context: ");
  private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
  private static final byte[] LINE_END = ascii("\r\n");
  private static final int USUAL_HEAD_BYTES = 512;

  /** Head and payload, for one gathering write; the payload is not copied. */
  ByteBuffer[] bytes() {
    ByteArrayOutputStream head = new ByteArrayOutputStream(USUAL_HEAD_BYTES);
    head.writeBytes(START);
    header(head, REQUEST_ID, invocation.requestId());
    header(head, DEADLINE, Long.toString(deadlineMillis));
    header(head, ARN, invocation.invokedFunctionArn());
    if (!invocation.traceId().isEmpty()) {
      header(head, TRACE_ID, invocation.traceId());
    }
    invocation.clientContext().ifPresent(json -> header(head, CLIENT_CONTEXT, json));
    header(head, CONTENT_LENGTH, Integer.toString(invocation.payload().length));
    head.writeBytes(LINE_END);
    ByteBuffer start = ByteBuffer.wrap(head.toByteArray());
    return invocation.payload().length == 0
        ? new ByteBuffer[] {start}
        : new ByteBuffer[] {start, ByteBuffer.wrap(invocation.payload())};
  }

  /** A control character in a client's value would end the header: it becomes a blank. */
  private static void header(ByteArrayOutputStream head, byte[] name, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      if ((bytes[i] >= 0 && bytes[i] < ' ') || bytes[i] == 0x7f) {
        bytes[i] = ' ';
      }
    }
    head.writeBytes(name);
    head.writeBytes(bytes);
    head.writeBytes(LINE_END);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
