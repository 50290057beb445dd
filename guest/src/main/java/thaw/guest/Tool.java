package thaw.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A program of the host that the build runs.
 *
 * @param program looked up on PATH, in the sbin directories too
 * @param debianPackage that has it, for the message when it is missing
 * @param environment variables that it gets over those of every tool
 */
record Tool(String program, String debianPackage, Map<String, String> environment) {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final Duration TICK = Duration.ofMillis(200);
  private static final int ERROR_CHARS_SHOWN = 1_500;

  private static final List<String> DIRECTORIES =
      List.of(
          "/usr/local/sbin",
          "/usr/local/bin",
          "/usr/sbin",
          "/usr/bin",
          "/sbin",
          "/bin",
          "/usr/lib/apt");

  /** The environment of every tool: nothing of the user's, so that builds are alike. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PATH",
          String.join(":", DIRECTORIES),
          "LC_ALL",
          "C",
          "HOME",
          "/nonexistent",
          "TZ",
          "UTC",
          "SOURCE_DATE_EPOCH",
          "0",
          "PYTHONHASHSEED",
          "0",
          "DEBIAN_FRONTEND",
          "noninteractive");

  Tool {
    environment = Map.copyOf(environment);
  }

  Tool(String program, String debianPackage) {
    this(program, debianPackage, Map.of());
  }

  /** What a run left behind. */
  record Result(int exitCode, String output, String errors) {}

  /** Runs it and returns its output. */
  String run(Path workingDirectory, List<String> arguments) {
    return run(workingDirectory, arguments, () -> {});
  }

  /** As {@link #run(Path, List)}, calling {@code tick} a few times a second meanwhile. */
  String run(Path workingDirectory, List<String> arguments, Runnable tick) {
    Result result = runAnyway(workingDirectory, arguments, tick);
    if (result.exitCode() != 0) {
      throw failure(arguments, result);
    }
    return result.output();
  }

  /** Runs it and returns what it did, whatever its exit code. */
  Result runAnyway(Path workingDirectory, List<String> arguments, Runnable tick) {
    List<String> command = new ArrayList<>(List.of(path().toString()));
    command.addAll(arguments);
    try {
      Path output = Files.createTempFile("thaw-tool", ".out");
      Path errors = Files.createTempFile("thaw-tool", ".err");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(workingDirectory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        builder.environment().putAll(environment);
        int exitCode = await(builder.start(), tick);
        return new Result(exitCode, read(output), read(errors));
      } finally {
        Files.deleteIfExists(output);
        Files.deleteIfExists(errors);
      }
    } catch (IOException e) {
      throw new GuestBuildException("Cannot run " + program + ": " + e.getMessage(), e);
    }
  }

  private int await(Process process, Runnable tick) {
    long startNanos = System.nanoTime();
    try {
      while (!process.waitFor(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
        tick.run();
        if (System.nanoTime() - startNanos > LIMIT.toNanos()) {
          throw new GuestBuildException(
              program + " did not end within " + LIMIT.toMinutes() + " minutes; try again");
        }
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GuestBuildException("The build was interrupted while running " + program, e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private GuestBuildException failure(List<String> arguments, Result result) {
    String said = (result.errors().isBlank() ? result.output() : result.errors()).strip();
    if (said.length() > ERROR_CHARS_SHOWN) {
      said = "..." + said.substring(said.length() - ERROR_CHARS_SHOWN);
    }
    return new GuestBuildException(
        "%s %s failed with exit code %d:%n%s%s"
            .formatted(
                program,
                String.join(" ", arguments.subList(0, Math.min(3, arguments.size()))),
                result.exitCode(),
                said,
                Remedies.of(said).map(remedy -> System.lineSeparator() + remedy).orElse("")));
  }

  private Path path() {
    return find()
        .orElseThrow(() ->
            new GuestBuildException(
                "%s is missing, and guest images cannot be built without it: apt-get install %s"
                    .formatted(program, debianPackage)));
  }

  private Optional<Path> find() {
    return DIRECTORIES.stream()
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
