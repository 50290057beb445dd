package thaw.guest;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The machine's npm with a cache of one build's own: what is once in it is not asked for again. It
 * keeps the user's ways to the network (.npmrc, proxies). No package's scripts run.
 */
final class Npm {
  private static final Tool NPM = new Tool("npm", "npm", userEnvironment());
  private static final Pattern GONE = Pattern.compile("E404|ETARGET");
  private static final String LOCK = "package-lock.json";
  private static final String MODULES = "node_modules/";

  private final Path directory;
  private final Path cache;

  /**
   * @param directory an empty one
   * @param cache of the whole build
   */
  Npm(Path directory, Path cache) {
    this.directory = directory;
    this.cache = cache;
  }

  /**
   * Resolves packages with all that they depend on.
   *
   * @param wanted range of versions by name
   * @return sorted by path
   */
  List<LockedModule> resolve(SortedMap<String, String> wanted) throws IOException {
    String dependencies =
        wanted.entrySet().stream()
            .map(entry -> "\"%s\":\"%s\"".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(","));
    Files.writeString(
        directory.resolve("package.json"),
        "{\"name\":\"guest-image\",\"private\":true,\"dependencies\":{" + dependencies + "}}\n");
    Files.deleteIfExists(directory.resolve(LOCK));
    load(wanted.entrySet().stream().map(entry -> entry.getKey() + "@" + entry.getValue()));
    run(List.of("install", "--package-lock-only", "--no-audit", "--no-fund"), () -> {});
    return parse(directory.resolve(LOCK));
  }

  static List<LockedModule> parse(Path lock) {
    ConfigObject packages =
        ConfigFactory.parseFile(
                lock.toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON))
            .getObject("packages");
    SortedMap<String, LockedModule> modules = new TreeMap<>();
    packages.forEach((path, value) -> {
      if (value.valueType() == ConfigValueType.OBJECT && path.startsWith(MODULES)) {
        Map<String, Object> fields = ((ConfigObject) value).unwrapped();
        if (!fields.containsKey("optional") && !fields.containsKey("dev")) {
          String name = path.substring(path.lastIndexOf(MODULES) + MODULES.length());
          modules.put(
              path,
              LockedModule.parse(
                  "%s=%s %s %s"
                      .formatted(
                          fields.getOrDefault("name", name),
                          fields.get("version"),
                          fields.get("integrity"),
                          path)));
        }
      }
    });
    return List.copyOf(modules.values());
  }

  /**
   * Downloads the tarballs of packages into the directory.
   *
   * @param progress called now and then with how many are there
   * @throws PackagesGoneException if the registry has one of them no longer
   */
  void download(List<LockedModule> modules, java.util.function.LongConsumer progress) {
    List<String> arguments =
        Stream.concat(
                Stream.of("pack", "--pack-destination", directory.toString()),
                modules.stream().map(LockedModule::specification))
            .distinct()
            .toList();
    try {
      load(modules.stream().map(LockedModule::specification));
      run(
          arguments,
          () -> progress.accept(modules.stream().filter(m -> Files.exists(tarball(m))).count()));
    } catch (GuestBuildException e) {
      throw GONE.matcher(String.valueOf(e.getMessage())).find() ? new PackagesGoneException(e) : e;
    }
  }

  Path tarball(LockedModule module) {
    return directory.resolve(module.tarball());
  }

  /** Fetches packages into the cache, all at once; other commands ask for one after the other. */
  private void load(Stream<String> specifications) {
    run(Stream.concat(Stream.of("cache", "add"), specifications.distinct()).toList(), () -> {});
  }

  private void run(List<String> command, Runnable tick) {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--ignore-scripts", "--prefer-offline", "--loglevel=error"));
    arguments.addAll(List.of("--cache", cache.toString()));
    NPM.run(directory, arguments, tick);
  }

  private static Map<String, String> userEnvironment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", System.getProperty("user.home"));
    environment.put("npm_config_update_notifier", "false");
    Pattern kept = Pattern.compile("(?i)(https?|no)_proxy|npm_config_.*");
    System.getenv()
        .forEach((name, value) -> {
          if (kept.matcher(name).matches()) {
            environment.put(name, value);
          }
        });
    return environment;
  }
}
