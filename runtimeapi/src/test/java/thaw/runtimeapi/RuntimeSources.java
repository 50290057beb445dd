package thaw.runtimeapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the guest images have of Thaw's own for a runtime, laid out as in an image. */
public record RuntimeSources(String tree) {
  private static final class Python {
    static final Path RUNTIME = layOutPython();
  }

  /** A directory with what the python image has in /var/runtime. */
  public static Path python() {
    return Python.RUNTIME;
  }

  private static Path layOutPython() {
    RuntimeSources sources = new RuntimeSources("python3.13");
    try {
      Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
      Path runtime = Files.createTempDirectory(target, "test-python");
      sources.copy(runtime);
      sources.compile(runtime.resolve("thaw_runtime/native.abi3.so"));
      return runtime;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Copies the runtime's files into a directory that stands for /var/runtime. */
  void copy(Path directory) throws IOException {
    Path files = sources().resolve("files/var/runtime");
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.toList()) {
        Files.copy(
            file,
            directory.resolve(files.relativize(file).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (!directory.resolve("bootstrap").toFile().setExecutable(true)) {
      throw new IOException("the bootstrap cannot be made executable");
    }
  }

  /** Compiles the runtime's shared object. */
  void compile(Path object) throws IOException, InterruptedException {
    Path directory = sources().resolve("native");
    List<String> command =
        new ArrayList<>(
            List.of(
                "gcc",
                "-shared",
                "-fPIC",
                "-fvisibility=hidden",
                "-nostdlib",
                "-o",
                object.toString()));
    try (Stream<Path> all = Files.list(directory)) {
      all.map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".c"))
          .sorted()
          .forEach(command::add);
    }
    run(directory, command);
  }

  private Path sources() {
    return Path.of("../guest/src/main/resources/thaw/guest/runtimes", tree).toAbsolutePath();
  }

  static void run(Path directory, List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + output);
    }
  }
}
