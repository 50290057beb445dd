package thaw.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import thaw.agent.AgentSource;
import thaw.jail.Instance;
import thaw.jail.NativeTool;
import thaw.jail.NetworkPolicy;
import thaw.jail.UidPool;

/**
 * What all containers of one driver share.
 *
 * @param skeleton a tree of mount points, the top of every root
 * @param imageSkeleton the same for roots that are container images
 * @param tun the device of which an agent makes its network interface
 */
record Host(
    ContainerSettings settings,
    Path cacheDirectory,
    Instance instance,
    UidPool uids,
    NetworkPolicy policy,
    MountNamespace namespace,
    SharedMounts mounts,
    Path skeleton,
    Path imageSkeleton,
    Path tun,
    Path agent,
    Path dial)
    implements AutoCloseable {
  private static final NativeTool AGENT = new NativeTool("agent", Host::agentSource);

  /** Directories in the skeleton; what is mounted on files comes with them. */
  private static final List<String> IMAGE_DIRECTORIES =
      List.of("proc", "sys", "dev", "tmp", "etc", "thaw/sockets");

  /** Those beside that are for what a container image has itself. */
  private static final List<String> CODE_DIRECTORIES = List.of("opt", "var/task");

  private static SortedMap<String, byte[]> agentSource() throws IOException {
    return new TreeMap<>(AgentSource.CONTAINER.files());
  }

  static Host open(ContainerSettings settings, Path diskDirectory, Path cacheDirectory)
      throws IOException {
    NetworkPolicy policy = new NetworkPolicy(settings.deniedNetworks());
    Files.createDirectories(cacheDirectory);
    Path agent = AGENT.compiled(cacheDirectory);
    Path dial = NativeTool.DIAL.compiled(cacheDirectory);
    Instance instance = Instance.open(settings.runDirectory(), diskDirectory);
    try {
      UidPool uids =
          UidPool.open(
              settings.runDirectory().resolve("uids"), settings.firstUid(), settings.uidCount());
      MountNamespace namespace = MountNamespace.open(instance.controlGroupName());
      SharedMounts mounts =
          new SharedMounts(namespace, open(instance.createRunDirectory("mounts")));
      Path skeleton = instance.createRunDirectory("skeleton");
      openAlong(settings.runDirectory(), skeleton);
      Path imageSkeleton = instance.createRunDirectory("image-skeleton");
      openAlong(settings.runDirectory(), imageSkeleton);
      return new Host(
          settings,
          cacheDirectory,
          instance,
          uids,
          policy,
          namespace,
          mounts,
          skeleton(skeleton, CODE_DIRECTORIES),
          skeleton(imageSkeleton, List.of()),
          tun(namespace, instance.createRunDirectory("devices")),
          agent,
          dial);
    } catch (IOException e) {
      instance.close();
      throw e;
    }
  }

  /** Lets containers pass, who are nobody here: whatever umask Thaw was started with. */
  static Path open(Path directory) throws IOException {
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void openAlong(Path from, Path to) throws IOException {
    Path at = open(from);
    for (Path name : from.relativize(to)) {
      at = open(at.resolve(name));
    }
  }

  private static Path skeleton(Path root, List<String> more) throws IOException {
    for (String directory : IMAGE_DIRECTORIES) {
      openAlong(root, Files.createDirectories(root.resolve(directory)));
    }
    for (String directory : more) {
      openAlong(root, Files.createDirectories(root.resolve(directory)));
    }
    for (String file : ContainerConfig.ETC_FILES) {
      Files.createFile(root.resolve("etc").resolve(file));
    }
    Files.createFile(root.resolve("thaw/agent"));
    return root;
  }

  /**
   * A node that every agent may open; it takes privileges over a network to do anything with it.
   */
  private static Path tun(MountNamespace namespace, Path directory) throws IOException {
    Path tun = directory.resolve("tun");
    namespace.mount("tmpfs", "noexec,nosuid,size=4k,mode=755", "devices", directory);
    namespace.run("mknod", "--mode=666", tun.toString(), "c", "10", "200");
    return tun;
  }

  @Override
  public void close() throws IOException {
    namespace.close();
    instance.close();
    uids.close();
  }
}
