package thaw.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/**
 * What a command sees of the world.
 *
 * @param in standard input
 * @param out standard output: answers only
 * @param err standard error: logs, progress, errors
 * @param environment environment variables
 * @param interactive whether {@code err} is a terminal, on which progress bars may be drawn
 * @param terminal whether {@code out} is one, on which an answer is better followed by a line end
 */
public record Context(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    boolean interactive,
    boolean terminal) {

  static Context ofProcess() {
    return new Context(
        System.in,
        System.out,
        System.err,
        System.getenv(),
        Boolean.getBoolean("thaw.interactive"),
        Boolean.getBoolean("thaw.terminal"));
  }

  /** An environment variable that is set and not empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }
}
