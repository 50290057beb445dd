package thaw.jail;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control group below which all jails of one instance stand. Nobody sets its weight, so it has
 * that of an ordinary process or session: however many guests are busy, together they get no more
 * than the platform that serves them does.
 *
 * <p>runc makes it with the first jail, and removes only jails. So a process waits beside: when
 * Thaw ends, however it ends, it removes the group as soon as runc has removed the last jail.
 */
final class InstanceControlGroup implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InstanceControlGroup.class);

  /** Longer than runc has for ending a jail. */
  private static final int END_SECONDS = 30;

  /** Argument: name of the group. The kernel does not tell a shell when a group is empty. */
  private static final String KEEP =
      """
      cat > /dev/null
      tries=0
      while [ $tries -lt 600 ]; do
        left=
        for group in /sys/fs/cgroup/"$1" /sys/fs/cgroup/*/"$1"; do
          [ ! -d "$group" ] || rmdir "$group" 2> /dev/null || left=1
        done
        [ -n "$left" ] || exit 0
        tries=$((tries + 1))
        sleep 0.05
      done
      """;

  private final Process keeper;

  private InstanceControlGroup(Process keeper) {
    this.keeper = keeper;
  }

  /**
   * Sees to it that the group ends with this process.
   *
   * @param name a name that only this instance's group has
   */
  static InstanceControlGroup keep(String name) throws IOException {
    // A session of its own: an interrupt from the terminal is for Thaw, which then ends it.
    return new InstanceControlGroup(
        new ProcessBuilder("setsid", "sh", "-c", KEEP, "sh", name)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** The name of the group in which a jail's stands: the jail's own up to its number. */
  static String nameOf(String jail) {
    return jail.substring(0, jail.lastIndexOf('-'));
  }

  /** Names of the jails' groups in it. */
  static List<String> jails(String name) throws IOException {
    List<String> jails = new ArrayList<>();
    for (Path group : directories(name)) {
      try (DirectoryStream<Path> below = Files.newDirectoryStream(group, Files::isDirectory)) {
        below.forEach(jail -> jails.add(jail.getFileName().toString()));
      }
    }
    return jails.stream().distinct().toList();
  }

  /** Where it is, one directory for each controller; none if there is no such group. */
  static List<Path> directories(String name) {
    return JailControlGroup.controllers().stream()
        .map(controller -> controller.resolve(name))
        .filter(Files::isDirectory)
        .toList();
  }

  /** Kills what is in it and removes it; for a group whose owner is gone. */
  static void remove(String name) throws IOException {
    for (String jail : jails(name)) {
      new JailControlGroup(jail).remove();
    }
    for (Path group : directories(name)) {
      try {
        Files.deleteIfExists(group);
      } catch (IOException e) {
        log.warn("cannot remove control group {}: {}", group, e.toString());
      }
    }
  }

  /** Removes it; its jails must be gone. */
  @Override
  public void close() throws IOException {
    keeper.getOutputStream().close();
    try {
      if (!keeper.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        keeper.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it goes on by itself
    }
  }
}
