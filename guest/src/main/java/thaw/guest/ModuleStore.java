package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The npm tarballs that were downloaded, each verified by its integrity before it is used. */
final class ModuleStore {
  private final Path directory;

  ModuleStore(Path directory) {
    this.directory = directory;
  }

  Path file(LockedModule module) {
    return directory.resolve(module.fileName());
  }

  /**
   * Downloads those of {@code modules} that are missing or damaged.
   *
   * @throws PackagesGoneException if the registry has one of them no longer
   * @param partial an empty directory on the same file system
   * @param npmCache of the whole build
   */
  void fetch(List<LockedModule> modules, Path partial, Path npmCache, BuildProgress progress)
      throws IOException {
    Files.createDirectories(directory);
    List<LockedModule> missing = new ArrayList<>();
    for (LockedModule module : modules) {
      if (!verified(file(module), module)) {
        missing.add(module);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    progress.stepBegun("Downloading npm packages", missing.size(), BuildProgress.Unit.ITEMS);
    Npm npm = new Npm(partial, npmCache);
    npm.download(missing, progress::stepAdvanced);
    for (LockedModule module : missing) {
      Path downloaded = npm.tarball(module);
      if (!verified(downloaded, module)) {
        throw new GuestBuildException(
            "npm's %s is not the package that the list names (integrity differs); try again"
                .formatted(module.specification()));
      }
      Files.copy(downloaded, partial.resolve(module.fileName()));
      Files.move(partial.resolve(module.fileName()), file(module), StandardCopyOption.ATOMIC_MOVE);
    }
    progress.stepAdvanced(missing.size());
  }

  private static boolean verified(Path file, LockedModule module) throws IOException {
    return Files.isRegularFile(file) && Hashes.integrityOf(file).equals(module.integrity());
  }
}
