package thaw.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import thaw.jail.JailControlGroup;

/** What the processes of some sandboxes on this host take of it, read from /proc. */
record ClonesMemory(long pssBytes, long cpuTicks) {
  /** Fields of /proc/PID/stat after the command: utime is the 12th, stime the 13th. */
  private static final int USER_TIME = 11;

  /**
   * @param sandboxIds their control groups bear these names
   */
  static ClonesMemory of(Set<String> sandboxIds) {
    long pss = 0;
    long ticks = 0;
    for (String id : sandboxIds) {
      JailControlGroup group = new JailControlGroup(id);
      pss += group.proportionalBytes();
      for (long process : group.processes()) {
        ticks += ticks(process);
      }
    }
    return new ClonesMemory(pss, ticks);
  }

  private static long ticks(long process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
      return Long.parseLong(fields.get(USER_TIME)) + Long.parseLong(fields.get(USER_TIME + 1));
    } catch (IOException e) {
      return 0; // it has ended meanwhile
    }
  }
}
