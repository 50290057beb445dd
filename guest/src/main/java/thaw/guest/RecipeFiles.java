package thaw.guest;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import thaw.javaruntime.Launcher;

/**
 * The recipe's files by their path: {@code recipe.conf}, and the trees that are laid over the
 * packages, {@code root/files/...}, {@code runtimes/NAME/files/...}, and those that runtimes share,
 * {@code trees/NAME/files/...}.
 *
 * @param files content by path, relative, with slashes
 */
record RecipeFiles(SortedMap<String, byte[]> files) {
  RecipeFiles {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** Where the java runtimes find their jars, and what starts them. */
  private static final String JAVA_LIBRARIES = "runtimes/java/files/var/runtime/lib/";

  /** The recipe that comes with Thaw, from its jar or its class directory. */
  static RecipeFiles bundled() {
    SortedMap<String, byte[]> files = new TreeMap<>();
    bundled(RecipeFiles.class, "recipe.conf", "/thaw/guest")
        .forEach((name, content) -> {
          if (!name.endsWith(".class")) {
            files.put(name, content);
          }
        });
    bundled(Launcher.class, "Launcher.class", "/")
        .forEach((name, content) -> {
          if (!name.startsWith("META-INF/")) {
            files.put(JAVA_LIBRARIES + name, content);
          }
        });
    return new RecipeFiles(files);
  }

  /**
   * What a module holds.
   *
   * @param resource one that is beside {@code neighbour}
   * @param root the directory of the module to read
   */
  private static SortedMap<String, byte[]> bundled(
      Class<?> neighbour, String resource, String root) {
    URL url = neighbour.getResource(resource);
    if (url == null) {
      throw new IllegalStateException("the recipe is not whole: there is no " + resource);
    }
    try {
      URI uri = url.toURI();
      if ("jar".equals(uri.getScheme())) {
        String jar = uri.toString().substring(0, uri.toString().indexOf("!/"));
        try (FileSystem inJar = FileSystems.newFileSystem(URI.create(jar + "!/"), Map.of())) {
          return read(inJar.getPath(root));
        }
      }
      Path module = Path.of(uri).resolveSibling(".").normalize();
      for (int depth = neighbour.getPackageName().split("\\.").length; depth > 0; depth--) {
        module = module.resolve("..").normalize();
      }
      return read(module.resolve(root.substring(1)));
    } catch (IOException | URISyntaxException e) {
      throw new GuestBuildException("Cannot read Thaw's own recipe: " + e.getMessage(), e);
    }
  }

  /** A recipe in a directory. */
  static RecipeFiles under(Path directory) throws IOException {
    return new RecipeFiles(read(directory));
  }

  private static SortedMap<String, byte[]> read(Path directory) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(file).toString();
        if (!name.endsWith(".gitkeep")) {
          files.put(name, Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  String recipe() {
    byte[] text = files.get("recipe.conf");
    if (text == null) {
      throw new GuestBuildException("The recipe has no recipe.conf");
    }
    return new String(text, java.nio.charset.StandardCharsets.UTF_8);
  }

  /** The files below {@code prefix}, by their path below it. */
  SortedMap<String, byte[]> tree(String prefix) {
    SortedMap<String, byte[]> tree = new TreeMap<>();
    files
        .tailMap(prefix)
        .forEach((name, content) -> {
          if (name.startsWith(prefix)) {
            tree.put(name.substring(prefix.length()), content);
          }
        });
    return tree;
  }
}
