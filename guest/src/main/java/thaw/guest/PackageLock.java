package thaw.guest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * The resolved packages of every part of the images: the kernel's, the root's, and what each
 * runtime adds. The same lock, recipe and tools give the same images, bit for bit.
 *
 * @param groups Debian's packages by group, in the order they are unpacked
 * @param modules npm's packages by runtime, for those that have been asked for
 */
record PackageLock(
    SequencedMap<String, List<LockedPackage>> groups,
    SequencedMap<String, List<LockedModule>> modules) {
  static final String KERNEL = "kernel";
  static final String ROOT = "root";
  private static final String NPM = "npm ";

  PackageLock {
    groups = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(groups));
    modules = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(modules));
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

  /** The npm packages of a runtime; none if its recipe wants none. */
  List<LockedModule> modulesOf(String runtime) {
    return modules.getOrDefault(runtime, List.of());
  }

  /** The same Debian packages, and these modules. */
  PackageLock with(SequencedMap<String, List<LockedModule>> resolved) {
    return new PackageLock(groups, resolved);
  }

  static PackageLock parse(String text) {
    SequencedMap<String, List<LockedPackage>> groups = new LinkedHashMap<>();
    SequencedMap<String, List<LockedModule>> modules = new LinkedHashMap<>();
    Consumer<String> current = line -> LockedPackage.parse(line);
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.startsWith("[") && line.endsWith("]")) {
        String name = line.substring(1, line.length() - 1);
        if (name.startsWith(NPM)) {
          List<LockedModule> section = new ArrayList<>();
          modules.put(name.substring(NPM.length()), section);
          current = module -> section.add(LockedModule.parse(module));
        } else {
          List<LockedPackage> section = new ArrayList<>();
          groups.put(name, section);
          current = locked -> section.add(LockedPackage.parse(locked));
        }
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        current.accept(line);
      }
    }
    return new PackageLock(groups, modules);
  }

  String text() {
    StringBuilder text = new StringBuilder("# Packages of Thaw's guest images\n");
    groups.forEach((name, packages) -> {
      text.append('[').append(name).append("]\n");
      packages.forEach(locked -> text.append(locked.line()).append('\n'));
    });
    modules.forEach((runtime, locked) -> {
      text.append('[').append(NPM).append(runtime).append("]\n");
      locked.forEach(module -> text.append(module.line()).append('\n'));
    });
    return text.toString();
  }
}
