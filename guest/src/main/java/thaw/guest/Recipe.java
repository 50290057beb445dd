package thaw.guest;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the images are made of (recipe.conf and the trees beside it).
 *
 * @param suite Debian suite of root and runtimes
 * @param kernel where the kernel comes from
 * @param root the base image
 * @param runtimes by name, what each adds to the base image
 */
record Recipe(String suite, Kernel kernel, Layer root, SortedMap<String, Layer> runtimes) {

  /**
   * @param suite Debian suite
   * @param packageName to resolve; it may be a meta package
   * @param imagePackage regular expression of the package that has the kernel
   * @param modules to load before the root can be mounted, without what they depend on
   */
  record Kernel(String suite, String packageName, String imagePackage, List<String> modules) {}

  /**
   * One image.
   *
   * @param packages to install, with what they depend on
   * @param without regular expressions of packages to leave out although others depend on them
   * @param prune globs of absolute paths to delete
   * @param directories to make
   * @param symlinks to make: target by absolute path
   * @param files to lay over the packages: content by path relative to /
   * @param executables absolute paths of those {@code files} that are
   * @param commands shell commands to run in the finished tree, as root, without devices
   */
  record Layer(
      List<String> packages,
      List<String> without,
      List<String> prune,
      List<String> directories,
      SortedMap<String, String> symlinks,
      SortedMap<String, byte[]> files,
      List<String> executables,
      List<String> commands) {}

  static Recipe parse(RecipeFiles files) {
    try {
      Config config = ConfigFactory.parseString(files.recipe()).resolve();
      SortedMap<String, Layer> runtimes = new TreeMap<>();
      Config all = config.getConfig("runtimes");
      for (String name : config.getObject("runtimes").keySet()) {
        Config runtime = all.getConfig(ConfigUtil.quoteString(name));
        SortedMap<String, byte[]> tree = new TreeMap<>();
        for (String shared : strings(runtime, "trees")) {
          tree.putAll(files.tree("trees/" + shared + "/files/"));
        }
        tree.putAll(files.tree("runtimes/" + name + "/files/"));
        runtimes.put(name, layer(runtime, tree));
      }
      Config kernel = config.getConfig("kernel");
      return new Recipe(
          config.getString("suite"),
          new Kernel(
              kernel.getString("suite"),
              kernel.getString("package"),
              kernel.getString("image-package"),
              kernel.getStringList("modules")),
          layer(config.getConfig("root"), files.tree("root/files/")),
          Collections.unmodifiableSortedMap(runtimes));
    } catch (ConfigException e) {
      throw new GuestBuildException("recipe.conf: " + e.getMessage(), e);
    }
  }

  Layer runtime(String name) {
    Layer layer = runtimes.get(name);
    if (layer == null) {
      throw new GuestBuildException(
          "There is no guest image for runtime \"%s\"; there are: %s"
              .formatted(name, String.join(", ", runtimes.keySet())));
    }
    return layer;
  }

  /** What the package list depends on, and nothing else: the lists are kept by its hash. */
  String resolutionKey() {
    Hashes hashes =
        new Hashes()
            .add("kernel", kernel.suite() + " " + kernel.packageName())
            .add("kernel image", kernel.imagePackage())
            .add("suite", suite)
            .add("root", root.packages() + " " + root.without());
    runtimes.forEach((name, layer) -> hashes.add(name, layer.packages() + " " + layer.without()));
    return hashes.hex();
  }

  private static Layer layer(Config config, SortedMap<String, byte[]> files) {
    SortedMap<String, String> symlinks = new TreeMap<>();
    if (config.hasPath("symlinks")) {
      for (Map.Entry<String, Object> link : config.getObject("symlinks").unwrapped().entrySet()) {
        symlinks.put(link.getKey(), String.valueOf(link.getValue()));
      }
    }
    return new Layer(
        strings(config, "packages"),
        strings(config, "without"),
        strings(config, "prune"),
        strings(config, "directories"),
        symlinks,
        files,
        strings(config, "executables"),
        strings(config, "commands"));
  }

  private static List<String> strings(Config config, String key) {
    return config.hasPath(key) ? List.copyOf(config.getStringList(key)) : List.of();
  }

  /** The packages of a group in the order they must be unpacked: base-files has /bin, /lib. */
  static void baseFilesFirst(SequencedMap<String, LockedPackage> packages) {
    LockedPackage first = packages.remove("base-files");
    if (first != null) {
      packages.putFirst("base-files", first);
    }
  }
}
