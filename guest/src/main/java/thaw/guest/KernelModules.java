package thaw.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds kernel modules and what they depend on, from the modules themselves: no depmod needed. */
final class KernelModules {
  private final Map<String, Path> files = new TreeMap<>();

  /**
   * @param tree of the unpacked kernel package
   */
  KernelModules(Path tree) throws IOException {
    try (Stream<Path> walk = Files.walk(tree.resolve("lib/modules"))) {
      walk.filter(file -> file.toString().endsWith(".ko"))
          .forEach(file -> files.put(name(file), file));
    }
  }

  /**
   * The modules and all they depend on.
   *
   * @return content by name, in an order in which they can be loaded
   */
  SequencedMap<String, byte[]> loadOrder(List<String> modules) throws IOException {
    SequencedMap<String, byte[]> ordered = new LinkedHashMap<>();
    for (String module : modules) {
      add(module.replace('-', '_'), ordered, 0);
    }
    return ordered;
  }

  private void add(String module, SequencedMap<String, byte[]> ordered, int depth)
      throws IOException {
    if (ordered.containsKey(module)) {
      return;
    }
    Path file = files.get(module);
    if (file == null || depth > 32) {
      throw new GuestBuildException(
          "The kernel has no loadable module %s (or it is built in, or compressed): correct"
                  .formatted(module)
              + " kernel.modules in recipe.conf");
    }
    byte[] content = Files.readAllBytes(file);
    for (String dependency : dependencies(content)) {
      add(dependency.replace('-', '_'), ordered, depth + 1);
    }
    ordered.put(module, content);
  }

  /** The names in {@code depends=} of the ELF section .modinfo, a list of C strings. */
  static List<String> dependencies(byte[] module) {
    long sections = LittleEndian.int64(module, 0x28);
    int entryBytes = LittleEndian.uint16(module, 0x3a);
    int count = LittleEndian.uint16(module, 0x3c);
    int namesHeader = (int) sections + entryBytes * LittleEndian.uint16(module, 0x3e);
    int names = (int) LittleEndian.int64(module, namesHeader + 0x18);
    for (int i = 0; i < count; i++) {
      int header = (int) sections + entryBytes * i;
      int name = names + LittleEndian.int32(module, header);
      if (string(module, name).equals(".modinfo")) {
        int start = (int) LittleEndian.int64(module, header + 0x18);
        int end = start + (int) LittleEndian.int64(module, header + 0x20);
        return depends(new String(module, start, end - start, StandardCharsets.ISO_8859_1));
      }
    }
    return List.of();
  }

  private static List<String> depends(String modinfo) {
    return Stream.of(modinfo.split("\0"))
        .filter(entry -> entry.startsWith("depends="))
        .flatMap(entry -> Stream.of(entry.substring("depends=".length()).split(",")))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private static String string(byte[] bytes, int start) {
    int end = start;
    while (bytes[end] != 0) {
      end++;
    }
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private static String name(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - ".ko".length()).replace('-', '_');
  }
}
