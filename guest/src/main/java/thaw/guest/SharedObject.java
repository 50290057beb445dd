package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Compiles C files to a shared object that depends on no library: its symbols are the loader's. */
final class SharedObject {
  private static final Tool GCC = new Tool("gcc", "gcc");
  private static final List<String> OPTIONS =
      List.of(
          "-std=gnu11",
          "-shared",
          "-fPIC",
          "-fvisibility=hidden",
          "-fno-stack-protector",
          "-nostdlib",
          "-Os",
          "-s",
          "-Wl,--build-id=none",
          "-o",
          "object.so");

  private SharedObject() {}

  /**
   * @param sources by their names; those that end in .c are compiled, in this order
   * @param directory empty; the compiler only sees relative names, so it leaves no trace
   */
  static byte[] compile(SortedMap<String, byte[]> sources, Path directory) throws IOException {
    List<String> command = new ArrayList<>(OPTIONS);
    for (Map.Entry<String, byte[]> source : sources.entrySet()) {
      Files.write(directory.resolve(source.getKey()), source.getValue());
      if (source.getKey().endsWith(".c")) {
        command.add(source.getKey());
      }
    }
    GCC.run(directory, command);
    return Files.readAllBytes(directory.resolve("object.so"));
  }
}
