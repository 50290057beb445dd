package thaw.cli.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import thaw.cli.UserError;

/**
 * Starts a platform in the background: a JVM in a session of its own. It tells over its standard
 * output, a pipe, what it is doing and when it is ready, so nobody has to ask again and again.
 */
public final class PlatformProcess {
  /** What the child's lines begin with. */
  static final String STEP = "step ";

  static final String READY = "ready ";

  static final String FAILED = "failed ";

  private static final int LAST_WORDS = 20;

  private PlatformProcess() {}

  /**
   * Returns when the platform answers.
   *
   * @param upArguments options of {@code thaw up}
   * @param step hears what it does meanwhile
   * @return its endpoint
   * @throws UserError if it did not start, with its own message
   */
  public static URI start(PlatformFiles files, List<String> upArguments, Consumer<String> step)
      throws IOException {
    files.create();
    // In a mount namespace of its own: its mounts end with it, however it ends.
    List<String> command =
        new ArrayList<>(List.of("setsid", "unshare", "--mount", "--propagation", "slave"));
    command.addAll(javaCommand());
    command.addAll(List.of("thaw.cli.Main", "up", "--ready-on-stdout"));
    command.addAll(upArguments);
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectError(files.standardError().toFile())
            .start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(READY)) {
          return URI.create(line.substring(READY.length()));
        }
        if (line.startsWith(FAILED)) {
          throw new UserError(
              line.substring(FAILED.length()).replace("\\n", "\n"),
              "The platform's log: " + files.log());
        }
        if (line.startsWith(STEP)) {
          step.accept(line.substring(STEP.length()));
        }
      }
    }
    throw new UserError(
        "the platform ended while it started" + lastWords(files), "Its log: " + files.log());
  }

  /** This JVM's own class path and cache, without the options that only suit short commands. */
  private static List<String> javaCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+ExitOnOutOfMemoryError");
    Optional.ofNullable(System.getProperty("thaw.aotCache"))
        .ifPresent(cache ->
            command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  private static String lastWords(PlatformFiles files) throws IOException {
    if (!Files.exists(files.standardError())) {
      return "";
    }
    List<String> lines = Files.readAllLines(files.standardError(), StandardCharsets.UTF_8);
    List<String> last = lines.subList(Math.max(0, lines.size() - LAST_WORDS), lines.size());
    return last.isEmpty() ? "" : ":\n" + String.join("\n", last);
  }
}
