package thaw.container;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.jail.Command;

/**
 * A mount namespace for all mounts of one driver. A process keeps it, and a pipe from this process
 * keeps that one: when Thaw ends, however it ends, the keeper thaws what is frozen, so that it can
 * end too, and with the last process in it the kernel takes down the mounts and loop devices.
 */
final class MountNamespace implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MountNamespace.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** A frozen container cannot see that its host is gone. Argument: the group they are in. */
  private static final String KEEP =
      """
      echo ready
      cat > /dev/null
      for file in /sys/fs/cgroup/freezer/"$1"/*/freezer.state; do
        [ -e "$file" ] && echo THAWED > "$file"
      done
      for file in /sys/fs/cgroup/"$1"/*/cgroup.freeze /sys/fs/cgroup/unified/"$1"/*/cgroup.freeze; do
        [ -e "$file" ] && echo 0 > "$file"
      done
      # What was limited would take minutes to end.
      for file in /sys/fs/cgroup/cpu/"$1"/*/cpu.cfs_quota_us; do
        [ -e "$file" ] && echo -1 > "$file"
      done
      for file in /sys/fs/cgroup/"$1"/*/cpu.max; do
        [ -e "$file" ] && echo max > "$file"
      done
      exit 0
      """;

  private final Process keeper;

  private MountNamespace(Process keeper) {
    this.keeper = keeper;
  }

  /**
   * Makes one, which sees the host's mounts and is not seen by it.
   *
   * @param controlGroup name of the control group in which the containers' are
   */
  static MountNamespace open(String controlGroup) throws IOException {
    // A session of its own: an interrupt from the terminal is for Thaw, which then ends it.
    Process keeper =
        new ProcessBuilder(
                "setsid",
                "unshare",
                "--mount",
                "--propagation",
                "slave",
                "sh",
                "-c",
                KEEP,
                "sh",
                controlGroup)
            .redirectErrorStream(true)
            .start();
    BufferedReader said = keeper.inputReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    if (!"ready".equals(line)) {
      keeper.destroyForcibly();
      throw new IOException("cannot make a mount namespace: " + line);
    }
    return new MountNamespace(keeper);
  }

  /** What a command is preceded by to run in it. */
  List<String> within() {
    return List.of("nsenter", "--mount=/proc/" + keeper.pid() + "/ns/mnt");
  }

  /** Mounts; {@code type} and {@code options} are mount(8)'s. */
  void mount(String type, String options, String source, Path target) throws IOException {
    run("mount", "-t", type, "-o", options, source, target.toString());
  }

  void unmount(Path target) throws IOException {
    run("umount", target.toString());
  }

  void run(String... command) throws IOException {
    List<String> all = new ArrayList<>(within());
    all.addAll(List.of(command));
    Command.run(TIMEOUT, all);
  }

  @Override
  public void close() {
    try {
      keeper.getOutputStream().close();
      if (!keeper.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        keeper.destroyForcibly();
      }
    } catch (IOException e) {
      log.debug("letting go of the mount namespace", e);
    } catch (InterruptedException e) {
      keeper.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
