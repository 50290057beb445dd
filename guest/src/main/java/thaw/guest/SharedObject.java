package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Compiles a C file to a shared object that depends on no library: its symbols are the loader's.
 */
final class SharedObject {
  private static final Tool GCC = new Tool("gcc", "gcc");

  private SharedObject() {}

  /**
   * @param directory empty; the compiler only sees relative names, so it leaves no trace
   */
  static byte[] compile(byte[] source, Path directory) throws IOException {
    Files.write(directory.resolve("object.c"), source);
    GCC.run(
        directory,
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
            "object.so",
            "object.c"));
    return Files.readAllBytes(directory.resolve("object.so"));
  }
}
