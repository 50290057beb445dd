package thaw.jail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What jails of a test need, in directories of its own. */
record Fixture(
    Path directory, HostState hostState, Instance instance, UidPool uids, Path lifeline, Path dial)
    implements AutoCloseable {
  private static final int UID_COUNT = 64;

  /** Apart from the default range, which a Thaw on the same machine may be using. */
  private static final int FIRST_UID =
      3_100_000 + (int) (ProcessHandle.current().pid() % 10_000) * UID_COUNT;

  static Fixture create() throws IOException {
    Path directory = Files.createTempDirectory("thawjail");
    Path run = directory.resolve("run");
    Path disks = directory.resolve("disks");
    return new Fixture(
        directory,
        new HostState(run, disks, FIRST_UID, UID_COUNT),
        Instance.open(run, disks),
        UidPool.open(run.resolve("uids"), FIRST_UID, UID_COUNT),
        NativeTool.LIFELINE.compiled(directory),
        NativeTool.DIAL.compiled(directory));
  }

  @Override
  public void close() throws IOException {
    instance.close();
    uids.close();
    Trees.delete(directory);
  }
}
