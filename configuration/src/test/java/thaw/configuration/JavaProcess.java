package thaw.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a test's own main method in another process. */
final class JavaProcess {
  private JavaProcess() {}

  static ProcessBuilder start(Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(args));
    return new ProcessBuilder(command);
  }
}
