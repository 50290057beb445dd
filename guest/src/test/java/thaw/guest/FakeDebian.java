package thaw.guest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/** A few tiny packages, made here, that a recipe can be built from without network. */
final class FakeDebian {
  static final String RECIPE =
      """
      suite = tiny
      kernel { suite = tiny, package = kernel, image-package = kernel, modules = [] }
      root {
        packages = [base-files]
        prune = ["/usr/share/doc"]
        directories = [/tmp, /proc]
        symlinks { "/usr/bin/sh" = tool }
      }
      runtimes {
        one { packages = [extra], executables = [/var/runtime/bootstrap] }
        two { }
        three {
          tree = shared
          npm { "@scope/module" = "1" }
          object = /var/runtime/object.node
          prune = ["/var/runtime/node_modules/**/*.md"]
        }
      }
      """;

  private final Path debs;
  private final SequencedMap<String, List<LockedPackage>> groups = new LinkedHashMap<>();
  private final SequencedMap<String, List<LockedModule>> modules = new LinkedHashMap<>();

  FakeDebian(Path directory) throws IOException {
    this.debs = Files.createDirectories(directory);
    groups.put(
        PackageLock.KERNEL,
        List.of(
            deb(
                "kernel",
                Map.of(
                    "boot/vmlinuz-1", bzImage("a kernel for the tests"), "lib/modules/1/x", "x"))));
    groups.put(
        PackageLock.ROOT,
        List.of(
            deb("base-files", Map.of("usr/bin/tool", "tool", "usr/share/doc/a/b", "long text"))));
    groups.put(
        PackageLock.runtimeGroup("one"), List.of(deb("extra", Map.of("usr/lib/extra", "more"))));
    groups.put(PackageLock.runtimeGroup("two"), List.of());
    groups.put(PackageLock.runtimeGroup("three"), List.of());
    modules.put("three", List.of(module()));
  }

  PackageLock lock() {
    return new PackageLock(groups, modules);
  }

  static RecipeFiles recipe() {
    TreeMap<String, byte[]> files = new TreeMap<>();
    files.put("recipe.conf", bytes(RECIPE));
    files.put("root/files/etc/hosts", bytes("127.0.0.1 localhost\n"));
    files.put("runtimes/one/files/var/runtime/bootstrap", bytes("#!/bin/sh\n"));
    files.put("runtimes/shared/files/var/runtime/bootstrap.js", bytes("'use strict';\n"));
    files.put("runtimes/shared/native/object.c", bytes("int answer(void) { return 42; }\n"));
    return new RecipeFiles(files);
  }

  static AgentProgram agent() {
    TreeMap<String, byte[]> sources = new TreeMap<>();
    sources.put("init.c", bytes("#include <unistd.h>\nint main(void) { return pause(); }\n"));
    return new AgentProgram(sources, List.of());
  }

  /** A builder whose cache has the packages and their list already. */
  GuestImageBuilder builder(Path cache) throws IOException {
    stock(cache);
    return new GuestImageBuilder(
        new GuestSettings(cache, Optional.of("http://127.0.0.1:1/none"), Optional.empty()),
        recipe(),
        agent());
  }

  private void stock(Path cache) throws IOException {
    CacheLayout layout = new CacheLayout(cache);
    Path list = layout.packageList(Recipe.parse(recipe()).resolutionKey());
    Files.createDirectories(list.resolveSibling("."));
    Files.writeString(list, lock().text());
    Files.createDirectories(layout.packages());
    for (LockedModule module : modules.values().stream().flatMap(List::stream).toList()) {
      Path to = layout.packages().resolve(module.fileName());
      if (!Files.exists(to)) {
        Files.copy(debs.resolve("module.tgz"), to);
      }
    }
    for (List<LockedPackage> group : groups.values()) {
      for (LockedPackage locked : group) {
        Path to = layout.packages().resolve(locked.fileName());
        if (!Files.exists(to)) {
          Files.copy(debs.resolve(locked.name() + ".deb"), to);
        }
      }
    }
  }

  /** A tarball as npm packs it: all in one directory, whose name does not matter. */
  private LockedModule module() throws IOException {
    Path tree = Files.createDirectories(debs.resolve("tree/package/lib"));
    Files.writeString(tree.resolve("index.js"), "module.exports = 42;");
    Files.writeString(tree.resolve("README.md"), "long text");
    Files.setPosixFilePermissions(
        tree.resolve("index.js"), PosixFilePermissions.fromString("rw-rw-rw-"));
    new Tool("tar", "tar")
        .run(
            debs.resolve("tree"), List.of("--create", "--gzip", "--file=../module.tgz", "package"));
    return new LockedModule(
        "@scope/module",
        "1.0.0",
        Hashes.integrityOf(debs.resolve("module.tgz")),
        "node_modules/@scope/module");
  }

  private LockedPackage deb(String name, Map<String, ?> files) throws IOException {
    Path tree = Files.createDirectories(debs.resolve(name));
    for (Map.Entry<String, ?> file : files.entrySet()) {
      Path path = tree.resolve(file.getKey());
      Files.createDirectories(path.resolveSibling("."));
      Files.write(
          path, file.getValue() instanceof byte[] raw ? raw : bytes(file.getValue().toString()));
    }
    Files.createDirectories(tree.resolve("DEBIAN"));
    Files.writeString(
        tree.resolve("DEBIAN/control"),
        "Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n"
            .formatted(name));
    Path deb = debs.resolve(name + ".deb");
    new Tool("dpkg-deb", "dpkg")
        .run(debs, List.of("--build", "-Znone", tree.toString(), deb.toString()));
    return new LockedPackage(
        name,
        "1",
        Hashes.ofFile(deb),
        Files.size(deb),
        LockedPackage.Archive.DEBIAN,
        "pool/" + name + ".deb");
  }

  /** A bzImage whose payload is an LZ4 legacy frame of literals only. */
  static byte[] bzImage(String text) {
    byte[] kernel = bytes("\u007fELF" + text);
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0xf0);
    block.write(kernel.length - 15);
    block.writeBytes(kernel);
    ByteBuffer payload =
        ByteBuffer.allocate(12 + block.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0x184C2102)
            .putInt(block.size())
            .put(block.toByteArray())
            .putInt(kernel.length);
    ByteBuffer image = ByteBuffer.allocate(1024 + payload.capacity());
    image.order(ByteOrder.LITTLE_ENDIAN);
    image.put(0x1f1, (byte) 1).putInt(0x202, 0x53726448).putInt(0x248, 0);
    image.putInt(0x24c, payload.capacity()).put(1024, payload.array());
    return image.array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
