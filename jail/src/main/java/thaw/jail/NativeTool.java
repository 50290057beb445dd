package thaw.jail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A small static C program whose source is in a jar, compiled once into the cache directory. */
public final class NativeTool {
  /** PID 1 of a jail. */
  public static final NativeTool LIFELINE = NativeTool.beside(NativeTool.class, "lifeline");

  /** Connects to a socket and becomes another program. */
  public static final NativeTool DIAL = NativeTool.beside(NativeTool.class, "dial");

  private static final Duration COMPILE_TIMEOUT = Duration.ofMinutes(1);
  private static final List<String> COMPILER =
      List.of("musl-gcc", "-std=gnu11", "-D_GNU_SOURCE", "-static", "-Os", "-s", "-o");

  private final String name;
  private final Sources sources;

  /** Files by name; what ends in {@code .c} is compiled. */
  public interface Sources {
    SortedMap<String, byte[]> read() throws IOException;
  }

  /** Names a program. */
  public NativeTool(String name, Sources sources) {
    this.name = name;
    this.sources = sources;
  }

  /** A program of one file, {@code NAME.c}, a resource of the package of {@code neighbour}. */
  public static NativeTool beside(Class<?> neighbour, String name) {
    return new NativeTool(name, () -> new TreeMap<>(Map.of(name + ".c", source(neighbour, name))));
  }

  /**
   * The program, compiled if the cache does not have it for this source.
   *
   * @throws IOException if it cannot be compiled
   */
  public Path compiled(Path cacheDirectory) throws IOException {
    SortedMap<String, byte[]> files = sources.read();
    Path directory = Files.createDirectories(cacheDirectory.resolve("tools"));
    Path program = directory.resolve(name + "-" + shortHash(files));
    if (Files.isExecutable(program)) {
      return program;
    }
    Path work = Files.createTempDirectory(directory, ".compile");
    try {
      Path built = work.resolve(name);
      List<String> command = new ArrayList<>(COMPILER);
      command.add(built.toString());
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Path path = Files.write(work.resolve(file.getKey()), file.getValue());
        if (file.getKey().endsWith(".c")) {
          command.add(path.toString());
        }
      }
      Command.run(COMPILE_TIMEOUT, command);
      Files.setPosixFilePermissions(built, PosixFilePermissions.fromString("rwxr-xr-x"));
      // Whoever else compiles it at this moment makes the same.
      Files.move(built, program, StandardCopyOption.ATOMIC_MOVE);
      return program;
    } finally {
      Trees.delete(work);
    }
  }

  private static byte[] source(Class<?> neighbour, String name) throws IOException {
    try (InputStream in = neighbour.getResourceAsStream(name + ".c")) {
      if (in == null) {
        throw new IOException(name + ".c is missing from the jar");
      }
      return in.readAllBytes();
    }
  }

  private static String shortHash(SortedMap<String, byte[]> files) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      files.forEach((name, bytes) -> {
        sha256.update((name + "\n" + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
        sha256.update(bytes);
      });
      return HexFormat.of().formatHex(sha256.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
