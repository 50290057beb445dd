package thaw.microvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import thaw.jail.Command;
import thaw.jail.Instance;
import thaw.jail.NativeTool;
import thaw.jail.NetworkPolicy;
import thaw.jail.UidPool;

/** What all sandboxes of one driver share: directories, user ids, compiled tools. */
record Host(
    MicrovmSettings settings,
    Path cacheDirectory,
    Instance instance,
    UidPool uids,
    SparseMount sparse,
    MappedImages mapped,
    SharedMemories shared,
    NetworkPolicy policy,
    Path lifeline,
    Path dial,
    Path blankDisk,
    long tscKhz)
    implements AutoCloseable {
  private static final NativeTool TSC_KHZ = NativeTool.beside(Host.class, "tsckhz");
  private static final Duration TSC_TIMEOUT = Duration.ofSeconds(10);

  /**
   * @param diskDirectory where sandboxes' own disks go
   * @param cacheDirectory what survives: tools, templates, the probe's answer
   */
  static Host open(MicrovmSettings settings, Path diskDirectory, Path cacheDirectory)
      throws IOException {
    NetworkPolicy policy = new NetworkPolicy(settings.deniedNetworks());
    Files.createDirectories(cacheDirectory);
    Path lifeline = NativeTool.LIFELINE.compiled(cacheDirectory);
    Path dial = NativeTool.DIAL.compiled(cacheDirectory);
    Path tsc = TSC_KHZ.compiled(cacheDirectory);
    long tscKhz = Long.parseLong(Command.run(TSC_TIMEOUT, List.of(tsc.toString())));
    Path blank = SparseFiles.blankDisk(cacheDirectory);
    Instance instance = Instance.open(settings.runDirectory(), diskDirectory);
    try {
      UidPool uids =
          UidPool.open(
              settings.runDirectory().resolve("uids"), settings.firstUid(), settings.uidCount());
      return new Host(
          settings,
          cacheDirectory,
          instance,
          uids,
          new SparseMount(instance.sparse()),
          new MappedImages(),
          new SharedMemories(),
          policy,
          lifeline,
          dial,
          blank,
          tscKhz);
    } catch (IOException e) {
      instance.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    sparse.close();
    instance.close();
    uids.close();
  }
}
