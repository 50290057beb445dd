package thaw.cli;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import thaw.cli.client.InvokeAnswer;
import thaw.cli.client.Json;
import tools.jackson.databind.node.ObjectNode;

/** Prints what an invocation gave. */
final class Answers {
  private final Context context;

  Answers(Context context) {
    this.context = context;
  }

  /** Answer's bytes on stdout; log and failure on stderr. Returns the exit code. */
  int print(InvokeAnswer answer) {
    answer
        .logTail()
        .ifPresent(log -> {
          context.err().writeBytes(log);
          if (log.length > 0 && log[log.length - 1] != '\n') {
            context.err().println();
          }
        });
    context.err().flush();
    context.out().writeBytes(answer.payload());
    if (context.terminal() && answer.payload().length > 0) {
      context.out().println(); // for eyes: a prompt right behind the answer cannot be read
    }
    context.out().flush();
    return exitCode(answer);
  }

  /** One line of where the time went. */
  void printTimes(InvokeAnswer answer, double clientMillis) {
    String parts = answer.timing().describe();
    context
        .err()
        .println(
            String.format(Locale.ROOT, "Time: %,.1f ms", clientMillis)
                + (parts.isEmpty() ? "" : " (" + parts + ")"));
  }

  int printJson(InvokeAnswer answer, double clientMillis) {
    ObjectNode node = Json.object();
    node.put("requestId", answer.requestId());
    node.put("payload", new String(answer.payload(), StandardCharsets.UTF_8));
    answer.functionError().ifPresent(error -> node.put("functionError", error));
    answer.logTail().ifPresent(log -> node.put("logTail", new String(log, StandardCharsets.UTF_8)));
    node.put("clientMillis", clientMillis);
    ObjectNode timing = node.putObject("serverTimingMillis");
    answer.timing().millis().forEach(timing::put);
    context.out().println(Json.pretty(node));
    return exitCode(answer);
  }

  private int exitCode(InvokeAnswer answer) {
    answer
        .functionError()
        .ifPresent(error -> context.err().println("thaw: the function failed (" + error + ")"));
    return answer.functionError().isPresent() ? ExitCodes.FAILED : ExitCodes.OK;
  }
}
