package thaw.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The programs that Thaw runs: are they there, and new enough? */
final class Programs {
  private static final int QEMU_MAJOR = 10;
  private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[0-9.]*");

  /** Program and the Debian package it comes from. */
  private static final Map<String, String> NEEDED =
      new TreeMap<>(
          Map.of(
              "mkfs.erofs", "erofs-utils",
              "mkfs.ext4", "e2fsprogs",
              "passt", "passt",
              "musl-gcc", "musl-tools",
              "lz4", "lz4",
              "objcopy", "binutils",
              "ip", "iproute2",
              "npm", "npm",
              "setsid", "util-linux",
              "apt-get", "apt"));

  private final List<Path> path;

  /**
   * @param path directories to look in
   */
  Programs(List<Path> path) {
    this.path = path;
  }

  List<Check> check() {
    List<Check> checks = new ArrayList<>();
    checks.add(qemu());
    checks.add(version("runc", "runc"));
    List<String> missing = new ArrayList<>();
    NEEDED.forEach((program, debian) -> {
      if (find(program).isEmpty()) {
        missing.add(debian);
      }
    });
    checks.add(
        missing.isEmpty()
            ? Check.ok("tools", String.join(", ", NEEDED.keySet()))
            : Check.fail(
                "tools",
                "not installed: " + String.join(", ", missing),
                "apt-get install " + String.join(" ", missing)));
    return checks;
  }

  private Check qemu() {
    Check check = version("qemu-system-x86_64", "qemu-system-x86");
    Matcher matcher = VERSION.matcher(check.detail());
    boolean old =
        check.state() == Check.State.OK
            && matcher.find()
            && Integer.parseInt(matcher.group().substring(0, matcher.group().indexOf('.')))
                < QEMU_MAJOR;
    return old
        ? Check.fail(
            "qemu",
            check.detail() + " is too old",
            "Thaw needs QEMU 10: Debian 13 has it, Debian 12 has it in bookworm-backports.")
        : new Check("qemu", check.state(), check.detail(), check.remedy());
  }

  private Check version(String program, String debian) {
    Optional<Path> found = find(program);
    if (found.isEmpty()) {
      return Check.fail(program, "not installed", "apt-get install " + debian);
    }
    Optional<String> version = firstLine(found.get(), "--version");
    return version.isPresent()
        ? Check.ok(program, version.get())
        : Check.fail(
            program, found.get() + " does not run", "apt-get install --reinstall " + debian);
  }

  private Optional<Path> find(String program) {
    return path.stream()
        .map(directory -> directory.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Optional<String> firstLine(Path program, String argument) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), argument).redirectErrorStream(true).start();
      byte[] output = process.getInputStream().readNBytes(4096);
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return process.exitValue() == 0
          ? new String(output, StandardCharsets.UTF_8).lines().findFirst()
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
