package thaw.guest;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * @param modules npm packages to install, with what they depend on: range of versions by name
   * @param without regular expressions of packages to leave out although others depend on them
   * @param prune globs of absolute paths to delete
   * @param directories to make
   * @param symlinks to make: target by absolute path
   * @param files to lay over the packages: content by path relative to /
   * @param object absolute path of the shared object that {@code sources} are compiled to
   * @param sources C files by their names
   * @param executables absolute paths of those {@code files} that are
   * @param commands shell commands to run in the finished tree, as root, without devices
   */
  record Layer(
      List<String> packages,
      SortedMap<String, String> modules,
      List<String> without,
      List<String> prune,
      List<String> directories,
      SortedMap<String, String> symlinks,
      SortedMap<String, byte[]> files,
      Optional<String> object,
      SortedMap<String, byte[]> sources,
      List<String> executables,
      List<String> commands) {}

  static Recipe parse(RecipeFiles files) {
    try {
      Config config = ConfigFactory.parseString(files.recipe()).resolve();
      SortedMap<String, Layer> runtimes = new TreeMap<>();
      Config all = config.getConfig("runtimes");
      for (String name : config.getObject("runtimes").keySet()) {
        Config runtime = all.getConfig(ConfigUtil.quoteString(name));
        String tree = runtime.hasPath("tree") ? runtime.getString("tree") : name;
        runtimes.put(name, layer(runtime, files, "runtimes/" + tree));
      }
      Config kernel = config.getConfig("kernel");
      return new Recipe(
          config.getString("suite"),
          new Kernel(
              kernel.getString("suite"),
              kernel.getString("package"),
              kernel.getString("image-package"),
              kernel.getStringList("modules")),
          layer(config.getConfig("root"), files, "root"),
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
    runtimes.forEach((name, layer) -> {
      hashes.add(name, layer.packages() + " " + layer.without());
      if (!layer.modules().isEmpty()) {
        hashes.add(name + " npm", layer.modules().toString());
      }
    });
    return hashes.hex();
  }

  private static Layer layer(Config config, RecipeFiles files, String tree) {
    Optional<String> object =
        config.hasPath("object") ? Optional.of(config.getString("object")) : Optional.empty();
    SortedMap<String, byte[]> sources = files.tree(tree + "/native/");
    if (object.isPresent() == sources.isEmpty()) {
      throw new GuestBuildException(
          "recipe.conf: " + tree + " needs both an object and " + tree + "/native/, or neither");
    }
    return new Layer(
        strings(config, "packages"),
        modules(config),
        strings(config, "without"),
        strings(config, "prune"),
        strings(config, "directories"),
        map(config, "symlinks"),
        files.tree(tree + "/files/"),
        object,
        sources,
        strings(config, "executables"),
        strings(config, "commands"));
  }

  /** Those of {@code npm} one by one, and those of {@code npm-scopes} that have one range each. */
  private static SortedMap<String, String> modules(Config config) {
    SortedMap<String, String> modules = map(config, "npm");
    if (config.hasPath("npm-scopes")) {
      Config scopes = config.getConfig("npm-scopes");
      for (String name : scopes.root().keySet()) {
        Config scope = scopes.getConfig(ConfigUtil.quoteString(name));
        String range = scope.getString("version");
        scope.getStringList("packages").forEach(entry -> modules.put(name + "/" + entry, range));
      }
    }
    return modules;
  }

  private static SortedMap<String, String> map(Config config, String key) {
    SortedMap<String, String> map = new TreeMap<>();
    if (config.hasPath(key)) {
      for (Map.Entry<String, Object> entry : config.getObject(key).unwrapped().entrySet()) {
        map.put(entry.getKey(), String.valueOf(entry.getValue()));
      }
    }
    return map;
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
