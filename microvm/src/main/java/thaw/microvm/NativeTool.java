package thaw.microvm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** The small static C programs beside this class, compiled once into the cache directory. */
enum NativeTool {
  LIFELINE("lifeline"),
  DIAL("dial"),
  TSC_KHZ("tsckhz");

  private static final Duration COMPILE_TIMEOUT = Duration.ofMinutes(1);

  private final String sourceName;

  NativeTool(String sourceName) {
    this.sourceName = sourceName;
  }

  /**
   * The program, compiled if the cache does not have it for this source.
   *
   * @throws IOException if it cannot be compiled
   */
  Path compiled(Path cacheDirectory) throws IOException {
    byte[] source = source();
    Path directory = Files.createDirectories(cacheDirectory.resolve("tools"));
    Path program = directory.resolve(sourceName + "-" + shortHash(source));
    if (Files.isExecutable(program)) {
      return program;
    }
    Path work = Files.createTempDirectory(directory, ".compile");
    try {
      Path c = Files.write(work.resolve(sourceName + ".c"), source);
      Path built = work.resolve(sourceName);
      Command.run(
          COMPILE_TIMEOUT,
          List.of(
              "musl-gcc",
              "-std=c11",
              "-D_GNU_SOURCE",
              "-static",
              "-Os",
              "-s",
              "-o",
              built.toString(),
              c.toString()));
      Files.setPosixFilePermissions(built, PosixFilePermissions.fromString("rwxr-xr-x"));
      // Whoever else compiles it at this moment makes the same.
      Files.move(built, program, StandardCopyOption.ATOMIC_MOVE);
      return program;
    } finally {
      Trees.delete(work);
    }
  }

  private byte[] source() throws IOException {
    try (InputStream in =
        NativeTool.class.getResourceAsStream("/thaw/microvm/" + sourceName + ".c")) {
      if (in == null) {
        throw new IOException(sourceName + ".c is missing from the jar");
      }
      return in.readAllBytes();
    }
  }

  private static String shortHash(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
