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

/**
 * The recipe's files by their path: {@code recipe.conf}, and the trees that are laid over the
 * packages, {@code root/files/...} and {@code runtimes/NAME/files/...}.
 *
 * @param files content by path, relative, with slashes
 */
record RecipeFiles(SortedMap<String, byte[]> files) {
  RecipeFiles {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** The recipe that comes with Thaw, from its jar or its class directory. */
  static RecipeFiles bundled() {
    URL recipe = RecipeFiles.class.getResource("recipe.conf");
    if (recipe == null) {
      throw new IllegalStateException("the recipe is not in the jar: thaw/guest/recipe.conf");
    }
    try {
      URI uri = recipe.toURI();
      if (!"jar".equals(uri.getScheme())) {
        return under(Path.of(uri).resolveSibling("."));
      }
      String jar = uri.toString().substring(0, uri.toString().indexOf("!/"));
      try (FileSystem inJar = FileSystems.newFileSystem(URI.create(jar + "!/"), Map.of())) {
        return under(inJar.getPath("/thaw/guest"));
      }
    } catch (IOException | URISyntaxException e) {
      throw new GuestBuildException("Cannot read Thaw's own recipe: " + e.getMessage(), e);
    }
  }

  static RecipeFiles under(Path directory) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(file).toString();
        if (!name.endsWith(".class") && !name.endsWith(".gitkeep")) {
          files.put(name, Files.readAllBytes(file));
        }
      }
    }
    return new RecipeFiles(files);
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
