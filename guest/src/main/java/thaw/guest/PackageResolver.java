package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.regex.Pattern;

/** Turns the recipe's package names into the exact list of what Debian, and npm, have now. */
final class PackageResolver {
  private final Recipe recipe;
  private final Mirrors mirrors;

  PackageResolver(Recipe recipe, Mirrors mirrors) {
    this.recipe = recipe;
    this.mirrors = mirrors;
  }

  /**
   * @param scratch an empty directory for apt's state
   */
  PackageLock resolve(Path scratch, BuildProgress progress) throws IOException {
    progress.stepBegun(
        "Resolving packages", 3L + recipe.runtimes().size(), BuildProgress.Unit.ITEMS);
    SequencedMap<String, List<LockedPackage>> groups = new LinkedHashMap<>();
    Apt kernelApt = apt(scratch.resolve("kernel"), recipe.kernel().suite());
    groups.put(PackageLock.KERNEL, kernel(kernelApt));
    progress.stepAdvanced(1);

    Apt apt = apt(scratch.resolve("userland"), recipe.suite());
    progress.stepAdvanced(2);
    List<String> rootPackages = recipe.root().packages();
    SequencedMap<String, LockedPackage> root = apt.resolve(rootPackages);
    Recipe.baseFilesFirst(root);
    groups.put(PackageLock.ROOT, without(root, recipe.root().without()));
    progress.stepAdvanced(3);
    long done = 3;
    for (Map.Entry<String, Recipe.Layer> runtime : recipe.runtimes().entrySet()) {
      List<String> names = new ArrayList<>(rootPackages);
      names.addAll(runtime.getValue().packages());
      SequencedMap<String, LockedPackage> all = apt.resolve(names);
      if (!all.values().containsAll(root.values())) {
        throw new GuestBuildException(
            "The packages of runtime %s change those of the root image: correct recipe.conf"
                .formatted(runtime.getKey()));
      }
      all.keySet().removeAll(root.keySet());
      groups.put(
          PackageLock.runtimeGroup(runtime.getKey()), without(all, runtime.getValue().without()));
      progress.stepAdvanced(++done);
    }
    return new PackageLock(groups, new LinkedHashMap<>());
  }

  /**
   * Adds the npm packages of {@code runtimes} that {@code lock} does not have yet. They are
   * resolved for those only that are asked for: who wants none needs no npm.
   *
   * @param scratch an empty directory for npm's state
   * @param npmCache of the whole build
   */
  static PackageLock withModules(
      Recipe recipe,
      PackageLock lock,
      SortedSet<String> runtimes,
      Path scratch,
      Path npmCache,
      BuildProgress progress)
      throws IOException {
    SequencedMap<String, List<LockedModule>> modules = new LinkedHashMap<>(lock.modules());
    List<String> missing =
        runtimes.stream()
            .filter(name -> !recipe.runtime(name).modules().isEmpty())
            .filter(name -> !modules.containsKey(name))
            .toList();
    if (missing.isEmpty()) {
      return lock;
    }
    progress.stepBegun("Resolving npm packages", missing.size(), BuildProgress.Unit.ITEMS);
    Npm npm = new Npm(scratch, npmCache);
    long done = 0;
    for (String runtime : missing) {
      modules.put(runtime, npm.resolve(recipe.runtime(runtime).modules()));
      progress.stepAdvanced(++done);
    }
    return lock.with(modules);
  }

  private Apt apt(Path directory, String suite) throws IOException {
    return new Apt(Files.createDirectories(directory), mirrors, suite);
  }

  private List<LockedPackage> kernel(Apt apt) {
    Pattern image = Pattern.compile(recipe.kernel().imagePackage());
    List<LockedPackage> packages =
        apt.resolve(List.of(recipe.kernel().packageName())).values().stream()
            .filter(locked -> image.matcher(locked.name()).matches())
            .toList();
    if (packages.size() != 1) {
      throw new GuestBuildException(
          "Of the packages of %s not one but %d are called %s"
              .formatted(recipe.kernel().packageName(), packages.size(), image));
    }
    return packages;
  }

  private static List<LockedPackage> without(
      SequencedMap<String, LockedPackage> packages, List<String> names) {
    Pattern left = Pattern.compile(String.join("|", names));
    return packages.values().stream()
        .filter(locked -> !left.matcher(locked.name()).matches())
        .toList();
  }
}
