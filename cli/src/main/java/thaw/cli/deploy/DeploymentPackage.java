package thaw.cli.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import thaw.cli.UserError;

/**
 * What is deployed: an archive's bytes, or what names a container image, and what {@code
 * function.conf} says about it.
 *
 * @param zip empty for an image
 * @param image ImageUri of an image
 * @param conf the directory's, or the defaults for an archive
 * @param defaultName the function's name if nothing else gives one
 */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes, compared by nobody
public record DeploymentPackage(
    byte[] zip, Optional<String> image, FunctionConf conf, String defaultName) {
  private static final List<String> LOCAL = List.of("oci:", "docker-archive:");

  /** AWS's limit for ZipFile; checked here so that nobody waits for an upload in vain. */
  private static final long ZIP_BYTES = 50L * 1024 * 1024;

  /** How a directory's npm packages are installed that were not yet. */
  private static final String NPM = "npm ci --omit=dev --no-audit --no-fund";

  /**
   * Reads an archive, or builds and packs a directory.
   *
   * @throws UserError if there is nothing to deploy, or its build fails
   */
  public static DeploymentPackage of(Path source) throws IOException, InterruptedException {
    Path path = source.toAbsolutePath().normalize();
    if (Files.isDirectory(path)) {
      return ofDirectory(path);
    }
    String name = String.valueOf(path.getFileName());
    String lower = name.toLowerCase(Locale.ROOT);
    if (!Files.isRegularFile(path) || !(lower.endsWith(".zip") || lower.endsWith(".jar"))) {
      throw new UserError(
          "cannot deploy "
              + source
              + ": "
              + (Files.exists(path) ? "not a" : "no such")
              + " directory, zip or jar",
          "Name a function's directory (docs/function-conf.md), a .zip or a .jar.");
    }
    checkSize(Files.size(path), source);
    return new DeploymentPackage(
        Files.readAllBytes(path),
        Optional.empty(),
        FunctionConf.defaults(),
        name.substring(0, name.length() - ".zip".length()));
  }

  private static DeploymentPackage ofDirectory(Path directory)
      throws IOException, InterruptedException {
    FunctionConf conf = FunctionConf.read(directory);
    Optional<String> build = conf.build().or(() -> missingPackages(directory));
    if (build.isPresent()) {
      build(directory, build.get());
    }
    if (conf.image().isPresent()) {
      return new DeploymentPackage(
          new byte[0],
          Optional.of(located(conf.image().get(), directory)),
          conf,
          String.valueOf(directory.getFileName()));
    }
    Path codeDir = directory.resolve(conf.codeDir()).normalize();
    if (!Files.isDirectory(codeDir)) {
      throw new UserError(
          "codeDir " + codeDir + " is not a directory",
          "Correct codeDir in " + directory.resolve(FunctionConf.FILE) + ".");
    }
    List<Path> files = new PackageFiles(conf.files(), conf.exclude()).list(codeDir);
    if (files.isEmpty()) {
      throw new UserError(
          "nothing to deploy in " + codeDir,
          "Put code there, or check files and exclude in " + FunctionConf.FILE + ".");
    }
    byte[] zip = PackageZip.of(codeDir, files);
    checkSize(zip.length, directory);
    return new DeploymentPackage(
        zip, Optional.empty(), conf, String.valueOf(directory.getFileName()));
  }

  /** The platform knows nothing of this command's working directory. */
  private static String located(String image, Path directory) {
    for (String scheme : LOCAL) {
      if (image.startsWith(scheme) && !image.startsWith(scheme + "/")) {
        return scheme + directory.resolve(image.substring(scheme.length()));
      }
    }
    return image;
  }

  /** What a node function's directory lacks of what its lock file names. */
  private static Optional<String> missingPackages(Path directory) {
    return Files.exists(directory.resolve("package-lock.json"))
            && Files.notExists(directory.resolve("node_modules"))
        ? Optional.of(NPM)
        : Optional.empty();
  }

  private static void build(Path directory, String command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile());
    // The system's default JDK may be older than what the function is for.
    builder.environment().putIfAbsent("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int code = process.waitFor();
    if (code != 0) {
      throw new UserError(
          "the build in "
              + directory
              + " failed with exit code "
              + code
              + ": "
              + command
              + (output.isEmpty() ? "" : "\n" + output),
          "Correct it, or build in " + FunctionConf.FILE + ".");
    }
  }

  private static void checkSize(long bytes, Path source) {
    if (bytes > ZIP_BYTES) {
      throw new UserError(
          source + " gives a package of " + bytes + " bytes; the most is " + ZIP_BYTES,
          "Leave files out with exclude in " + FunctionConf.FILE + ".");
    }
  }
}
