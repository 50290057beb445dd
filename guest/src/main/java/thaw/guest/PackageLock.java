package thaw.guest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;

/**
 * The resolved packages of every part of the images: the kernel's, the root's, and what each
 * runtime adds. The same lock, recipe and tools give the same images, bit for bit.
 *
 * @param groups packages by group, in the order they are unpacked
 */
record PackageLock(SequencedMap<String, List<LockedPackage>> groups) {
  static final String KERNEL = "kernel";
  static final String ROOT = "root";

  PackageLock {
    groups = Collections.unmodifiableSequencedMap(new java.util.LinkedHashMap<>(groups));
  }

  static String runtimeGroup(String runtime) {
    return "runtime " + runtime;
  }

  List<LockedPackage> group(String name) {
    List<LockedPackage> packages = groups.get(name);
    if (packages == null) {
      throw new GuestBuildException("The package list has no part [" + name + "]");
    }
    return packages;
  }

  static PackageLock parse(String text) {
    SequencedMap<String, List<LockedPackage>> groups = new java.util.LinkedHashMap<>();
    List<LockedPackage> current = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.startsWith("[") && line.endsWith("]")) {
        current = new ArrayList<>();
        groups.put(line.substring(1, line.length() - 1), current);
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        current.add(LockedPackage.parse(line));
      }
    }
    return new PackageLock(groups);
  }

  String text() {
    StringBuilder text = new StringBuilder("# Debian packages of Thaw's guest images\n");
    groups.forEach((name, packages) -> {
      text.append('[').append(name).append("]\n");
      packages.forEach(locked -> text.append(locked.line()).append('\n'));
    });
    return text.toString();
  }
}
