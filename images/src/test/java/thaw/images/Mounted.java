package thaw.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A disk as the kernel sees it, and trees as texts that can be compared. */
final class Mounted implements AutoCloseable {
  private final Path directory;

  Mounted(Path disk, Path directory) throws Exception {
    this.directory = Files.createDirectories(directory);
    run("mount", "-t", "erofs", "-o", "ro,loop", disk.toString(), directory.toString());
  }

  Path directory() {
    return directory;
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", directory.toString());
    } catch (Exception e) {
      throw new IOException("cannot unmount " + directory, e);
    }
  }

  static void run(String... command) throws Exception {
    assertThat(exit(command)).as(String.join(" ", command)).isZero();
  }

  static int exit(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(String.join(" ", command)).isTrue();
    return process.exitValue();
  }

  /** Each path of a tree with all there is to know about it. */
  static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    Map<Object, String> firstNames = new HashMap<>();
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.sorted().toList();
    }
    for (Path path : all) {
      Map<String, Object> attributes =
          Files.readAttributes(
              path, "unix:mode,uid,gid,nlink,ino,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
      String name = root.relativize(path).toString();
      StringBuilder text = new StringBuilder();
      text.append(Integer.toOctalString((int) Objects.requireNonNull(attributes.get("mode"))));
      text.append(' ').append(attributes.get("uid")).append(':').append(attributes.get("gid"));
      text.append(' ').append(attributes.get("lastModifiedTime"));
      if (Files.isSymbolicLink(path)) {
        text.append(" -> ").append(Files.readSymbolicLink(path));
      }
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        text.append(" links ").append(attributes.get("nlink"));
        text.append(" as ")
            .append(
                firstNames.computeIfAbsent(
                    Objects.requireNonNull(attributes.get("ino")), i -> name));
      }
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        text.append(' ').append(Digest.of(Files.readAllBytes(path)));
        text.append(userAttributes(path));
      }
      tree.put(name, text.toString());
    }
    return tree;
  }

  private static Map<String, String> userAttributes(Path path) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
    Map<String, String> attributes = new TreeMap<>();
    for (String name : view.list()) {
      ByteBuffer value = ByteBuffer.allocate(view.size(name));
      view.read(name, value);
      attributes.put(name, new String(value.array(), StandardCharsets.UTF_8));
    }
    return attributes;
  }
}
