package thaw.agent;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The agent's C source, which is compiled on the user's machine:
 *
 * <pre>musl-gcc -std=gnu11 -Os -static -s -DTHAW_BUILD='"HASH"' -o agent *.c</pre>
 */
public enum AgentSource {
  /** PID 1 of a VM. */
  GUEST,
  /** PID 1 of a container. */
  CONTAINER;

  private static final List<String> COMMON =
      List.of("agent.c", "agent.h", "common.c", "runtime.c", "streams.c");

  private List<String> own() {
    return switch (this) {
      case GUEST -> List.of("cage.c", "guest.c", "guest.h");
      case CONTAINER -> List.of("container.c");
    };
  }

  /** All files by name: what ends in {@code .c} is to be compiled, the rest is included. */
  public SortedMap<String, byte[]> files() throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    List<String> names = new ArrayList<>(COMMON);
    names.addAll(own());
    for (String name : names) {
      try (InputStream in = AgentSource.class.getResourceAsStream("c/" + name)) {
        if (in == null) {
          throw new FileNotFoundException("thaw/agent/c/" + name + " is missing from Thaw's jar");
        }
        files.put(name, in.readAllBytes());
      }
    }
    return files;
  }

  /** SHA-256 over all files' names and contents, hexadecimal: the same source, the same hash. */
  public String hash() throws IOException {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      String head = file.getKey() + "\n" + file.getValue().length + "\n";
      sha256.update(head.getBytes(StandardCharsets.UTF_8));
      sha256.update(file.getValue());
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  /**
   * The compiler flag that builds {@link #hash()} into the agent; its greeting ({@link
   * AgentHello#build}) then names it.
   */
  public String buildFlag() throws IOException {
    return "-DTHAW_BUILD=\"" + hash() + "\"";
  }

  /** Writes all files into an existing directory. */
  public void writeTo(Path directory) throws IOException {
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
  }
}
