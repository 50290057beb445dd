package thaw.microvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import thaw.jail.Command;

/** What must be the same for a snapshot to be resumed. */
final class SnapshotIdentity {
  private static final Duration VERSION_TIMEOUT = Duration.ofSeconds(10);

  private SnapshotIdentity() {}

  /**
   * @param options of a VM of the size in question, without network: its NIC is the same
   * @param images identity of the guest images, agent included
   */
  static Map<String, String> of(VmOptions options, String images) throws IOException {
    return Map.of(
        "images",
        images,
        "vmm",
        version(QemuProgram.of(options.accelerator())),
        "accelerator",
        options.accelerator().name(),
        "processor",
        processor(),
        "machine",
        hash(QemuArguments.render(options.resuming())));
  }

  private static String version(Path program) throws IOException {
    String text = Command.run(VERSION_TIMEOUT, List.of(program.toString(), "--version"));
    return text.lines().findFirst().orElse("");
  }

  private static String processor() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    }
  }

  /** Every option is part of the machine that a snapshot fits, the size included. */
  private static String hash(List<String> arguments) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] text = String.join("\0", arguments).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(sha256.digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
