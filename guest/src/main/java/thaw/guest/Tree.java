package thaw.guest;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A root file system that is being put together in a directory.
 *
 * @param root its directory
 */
record Tree(Path root) {
  private static final Tool DPKG_DEB = new Tool("dpkg-deb", "dpkg");
  private static final Tool TAR = new Tool("tar", "tar");
  private static final Tool CHMOD = new Tool("chmod", "coreutils");
  private static final Tool CHROOT = new Tool("chroot", "coreutils");
  private static final Tool CP = new Tool("cp", "coreutils");
  private static final Tool RM = new Tool("rm", "coreutils");

  static Tree create(Path directory) throws IOException {
    Tree tree = new Tree(directory);
    tree.makeDirectories(directory);
    return tree;
  }

  /** Unpacks a .deb; none of its scripts run. */
  void unpack(Path deb) {
    DPKG_DEB.run(root, List.of("-x", deb.toAbsolutePath().toString(), "."));
  }

  /** Unpacks an npm tarball, whose files are all in one directory; none of its scripts run. */
  void unpackModule(Path tarball, String path) throws IOException {
    Path directory = inside(path);
    makeDirectories(directory);
    TAR.run(
        directory,
        List.of(
            "--extract",
            "--gzip",
            "--strip-components=1",
            "--no-same-owner",
            "--file=" + tarball.toAbsolutePath()));
    CHMOD.run(directory, List.of("-R", "u=rwX,go=rX", "."));
  }

  /** Does to the tree what the layer says beside its packages. */
  void furnish(Recipe.Layer layer) throws IOException {
    prune(layer.prune());
    for (String directory : layer.directories()) {
      makeDirectories(inside(directory));
    }
    for (Map.Entry<String, String> link : layer.symlinks().entrySet()) {
      Path path = inside(link.getKey());
      makeDirectories(parent(path));
      Files.deleteIfExists(path);
      Files.createSymbolicLink(path, Path.of(link.getValue()));
    }
    for (Map.Entry<String, byte[]> file : layer.files().entrySet()) {
      write("/" + file.getKey(), file.getValue());
    }
    for (String executable : layer.executables()) {
      Files.setPosixFilePermissions(
          inside(executable), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    for (String command : layer.commands()) {
      CHROOT.run(root, List.of(".", "/bin/sh", "-e", "-c", "umask 022; " + command));
    }
  }

  void write(String path, byte[] content) throws IOException {
    Path file = inside(path);
    makeDirectories(parent(file));
    Files.deleteIfExists(file);
    Files.write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  /**
   * A copy made of hard links: cheap, and what is new in it can be told by {@link #keepOnlyNew}.
   */
  Tree linkedCopy(Path directory) {
    CP.run(root, List.of("-al", ".", directory.toAbsolutePath().toString()));
    return new Tree(directory);
  }

  /** Deletes every file that is the very same in {@code base}, and directories left empty by it. */
  void keepOnlyNew(Tree base) throws IOException {
    List<Path> all = paths();
    for (Path path : all.reversed()) {
      Path original = base.root.resolve(root.relativize(path).toString());
      boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
      boolean known = Files.exists(original, LinkOption.NOFOLLOW_LINKS);
      if (directory ? known && empty(path) : known && sameFile(path, original)) {
        Files.delete(path);
      }
    }
  }

  void delete() {
    RM.run(Path.of("/"), List.of("-rf", root.toAbsolutePath().toString()));
  }

  private void prune(List<String> globs) throws IOException {
    List<PathMatcher> matchers =
        globs.stream()
            .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
            .toList();
    List<String> doomed = new ArrayList<>(List.of("-rf", "--"));
    for (Path path : paths()) {
      Path inTree = Path.of("/").resolve(root.relativize(path).toString());
      boolean goesWithItsParent =
          doomed.size() > 2 && path.startsWith(root.resolve(doomed.getLast()));
      if (!goesWithItsParent && matchers.stream().anyMatch(matcher -> matcher.matches(inTree))) {
        doomed.add(root.relativize(path).toString());
      }
    }
    RM.run(root, doomed);
  }

  /** Everything below the root, parents before children. */
  private List<Path> paths() throws IOException {
    List<Path> paths = new ArrayList<>();
    Consumer<Path> add = path -> paths.add(path);
    try (Stream<Path> walk = Files.walk(root)) {
      walk.filter(path -> !path.equals(root)).forEach(add);
    }
    return paths;
  }

  /** As mkdir -p, with the permissions of a system directory whatever the umask. */
  private void makeDirectories(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      makeDirectories(parent(directory));
      Files.createDirectory(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private Path inside(String path) {
    Path inside = root.resolve(path.substring(1)).normalize();
    if (!path.startsWith("/") || !inside.startsWith(root)) {
      throw new GuestBuildException("recipe.conf: not an absolute path in the image: " + path);
    }
    return inside;
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  private static boolean empty(Path directory) throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      return list.findAny().isEmpty();
    }
  }

  private static boolean sameFile(Path a, Path b) throws IOException {
    Object inode = Files.getAttribute(a, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    return inode.equals(Files.getAttribute(b, "unix:ino", LinkOption.NOFOLLOW_LINKS));
  }
}
