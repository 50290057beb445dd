package thaw.jail;

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

/** A small static C program whose source is in a jar, compiled once into the cache directory. */
public final class NativeTool {
  /** PID 1 of a jail. */
  public static final NativeTool LIFELINE = new NativeTool(NativeTool.class, "lifeline");

  /** Connects to a socket and becomes another program. */
  public static final NativeTool DIAL = new NativeTool(NativeTool.class, "dial");

  private static final Duration COMPILE_TIMEOUT = Duration.ofMinutes(1);

  private final Class<?> beside;
  private final String sourceName;

  /**
   * Names a program.
   *
   * @param beside a class of the package that has the source as a resource
   * @param sourceName of the file, without {@code .c}
   */
  public NativeTool(Class<?> beside, String sourceName) {
    this.beside = beside;
    this.sourceName = sourceName;
  }

  /**
   * The program, compiled if the cache does not have it for this source.
   *
   * @throws IOException if it cannot be compiled
   */
  public Path compiled(Path cacheDirectory) throws IOException {
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
    try (InputStream in = beside.getResourceAsStream(sourceName + ".c")) {
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
