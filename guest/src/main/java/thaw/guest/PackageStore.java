package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The .deb files that were downloaded, each verified by its SHA-256 before it is used. */
final class PackageStore {
  private static final Tool APT_HELPER = new Tool("apt-helper", "apt");

  private static final Logger LOG = LoggerFactory.getLogger(PackageStore.class);
  private static final Pattern GONE = Pattern.compile("404 +Not Found");

  private final Path directory;

  PackageStore(Path directory) {
    this.directory = directory;
  }

  Path file(LockedPackage locked) {
    return directory.resolve(locked.fileName());
  }

  /**
   * Downloads those of {@code packages} that are missing or damaged.
   *
   * @param mirrors asked for only if something has to be downloaded
   * @throws PackagesGoneException if the mirror has one of them no longer
   * @param partial an empty directory on the same file system
   */
  void fetch(
      List<LockedPackage> packages, Supplier<Mirrors> mirrors, Path partial, BuildProgress progress)
      throws IOException {
    Files.createDirectories(directory);
    List<LockedPackage> missing = new ArrayList<>();
    for (LockedPackage locked : packages) {
      if (!verified(file(locked), locked)) {
        missing.add(locked);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    List<String> arguments = new ArrayList<>(List.of("download-file"));
    Mirrors from = mirrors.get();
    for (LockedPackage locked : missing) {
      arguments.add(from.of(locked.archive()) + "/" + locked.path());
      arguments.add(partial.resolve(locked.fileName()).toString());
      arguments.add("SHA256:" + locked.sha256());
    }
    long totalBytes = missing.stream().mapToLong(LockedPackage::sizeBytes).sum();
    progress.stepBegun("Downloading packages", totalBytes, BuildProgress.Unit.BYTES);
    giveToApt(partial);
    try {
      APT_HELPER.run(
          partial,
          arguments,
          () -> progress.stepAdvanced(Math.min(totalBytes, bytesIn(partial, missing))));
    } catch (GuestBuildException e) {
      throw GONE.matcher(String.valueOf(e.getMessage())).find() ? new PackagesGoneException(e) : e;
    }
    for (LockedPackage locked : missing) {
      Path downloaded = partial.resolve(locked.fileName());
      if (!verified(downloaded, locked)) {
        throw new GuestBuildException(
            "The mirror's %s is not the package that the list names (SHA-256 differs); try again"
                .formatted(locked.path()));
      }
      Files.move(downloaded, file(locked), StandardCopyOption.ATOMIC_MOVE);
    }
    progress.stepAdvanced(totalBytes);
  }

  /** apt downloads as a user of its own where it may. */
  private static void giveToApt(Path directory) throws IOException {
    try {
      Files.setOwner(
          directory,
          directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("_apt"));
    } catch (UserPrincipalNotFoundException e) {
      LOG.debug("There is no user _apt: apt downloads as root");
    }
  }

  private static boolean verified(Path file, LockedPackage locked) throws IOException {
    return Files.isRegularFile(file)
        && Files.size(file) == locked.sizeBytes()
        && Hashes.ofFile(file).equals(locked.sha256());
  }

  private static long bytesIn(Path directory, List<LockedPackage> packages) {
    return packages.stream()
        .mapToLong(locked -> directory.resolve(locked.fileName()).toFile().length())
        .sum();
  }
}
