package thaw.cli.deploy;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Comparator;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import thaw.cli.UserError;

/** Chooses the files of a deployment package by globs. */
final class PackageFiles {
  /** Never packaged, whatever the globs say. */
  private static final List<String> NEVER =
      List.of(
          FunctionConf.FILE,
          ".git/**",
          "__pycache__/**",
          "**/__pycache__/**",
          ".DS_Store",
          "**/.DS_Store");

  private final List<PathMatcher> chosen;
  private final List<PathMatcher> exclude;

  PackageFiles(List<String> files, List<String> exclude) {
    this.chosen = matchers(files);
    this.exclude = matchers(Stream.concat(exclude.stream(), NEVER.stream()).toList());
  }

  /** Files and symbolic links, relative to {@code directory}, sorted by name. */
  List<Path> list(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> Files.isSymbolicLink(path) || Files.isRegularFile(path))
          .map(directory::relativize)
          .filter(path -> matches(chosen, path) && !matches(exclude, path))
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    }
  }

  private static boolean matches(List<PathMatcher> matchers, Path path) {
    return matchers.stream().anyMatch(matcher -> matcher.matches(path));
  }

  private static List<PathMatcher> matchers(List<String> globs) {
    return globs.stream().map(PackageFiles::matcher).toList();
  }

  private static PathMatcher matcher(String glob) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw new UserError(
          "\"" + glob + "\" is not a glob: " + e.getDescription(),
          "See docs/function-conf.md for files and exclude.");
    }
  }
}
