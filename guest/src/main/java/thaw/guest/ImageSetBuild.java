package thaw.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of making images from packages that are already in the store, into a directory: what the
 * images are is decided here, where they go and when is not.
 *
 * @param recipe what to make
 * @param agent that becomes /init
 * @param lock the packages
 * @param store that has Debian's
 * @param modules that has npm's
 * @param identity of the set, recorded in its initramfs
 */
record ImageSetBuild(
    Recipe recipe,
    AgentProgram agent,
    PackageLock lock,
    PackageStore store,
    ModuleStore modules,
    String identity) {

  /**
   * Makes kernel and initramfs (if {@code withBase}), root (likewise) and {@code runtimes}.
   *
   * @param scratch an empty directory, on the same file system as {@code into}
   * @param into an existing directory
   */
  void run(
      Path scratch, Path into, boolean withBase, SortedSet<String> runtimes, BuildProgress progress)
      throws IOException {
    progress.stepBegun(
        "Building guest images", (withBase ? 3L : 1L) + runtimes.size(), BuildProgress.Unit.ITEMS);
    long done = 0;
    if (withBase) {
      kernel(scratch, into);
      progress.stepAdvanced(++done);
    }
    Tree root = Tree.create(scratch.resolve("root"));
    unpack(PackageLock.ROOT, root);
    record(root, "/etc/thaw/packages", lines(PackageLock.ROOT));
    root.furnish(recipe.root());
    progress.stepAdvanced(++done);
    if (withBase) {
      erofs(root, into.resolve(CacheLayout.ROOT));
      progress.stepAdvanced(++done);
    }
    Files.createDirectories(into.resolve(CacheLayout.RUNTIMES));
    for (String runtime : runtimes) {
      String group = PackageLock.runtimeGroup(runtime);
      Tree tree = root.linkedCopy(scratch.resolve("runtime-" + runtime));
      unpack(group, tree);
      for (LockedModule module : lock.modulesOf(runtime)) {
        tree.unpackModule(modules.file(module), LockedModule.DIRECTORY + module.path());
      }
      compile(recipe.runtime(runtime), tree, scratch.resolve("object-" + runtime));
      Stream<String> all =
          Stream.concat(
              lines(group), lock.modulesOf(runtime).stream().map(module -> module.line() + "\n"));
      record(tree, "/etc/thaw/packages." + runtime, all);
      tree.furnish(recipe.runtime(runtime));
      tree.keepOnlyNew(root);
      erofs(tree, into.resolve(CacheLayout.runtimeFile(runtime)));
      progress.stepAdvanced(++done);
    }
  }

  /** The packages that {@link #run} needs. */
  List<LockedPackage> packages(boolean withBase, SortedSet<String> runtimes) {
    List<LockedPackage> packages = new ArrayList<>(lock.group(PackageLock.ROOT));
    if (withBase) {
      packages.addAll(lock.group(PackageLock.KERNEL));
    }
    runtimes.forEach(name -> packages.addAll(lock.group(PackageLock.runtimeGroup(name))));
    return packages;
  }

  /** The npm packages that {@link #run} needs. */
  List<LockedModule> modules(SortedSet<String> runtimes) {
    return runtimes.stream().flatMap(name -> lock.modulesOf(name).stream()).distinct().toList();
  }

  private static void compile(Recipe.Layer layer, Tree tree, Path scratch) throws IOException {
    if (layer.object().isPresent()) {
      Files.createDirectories(scratch);
      tree.write(layer.object().get(), SharedObject.compile(layer.sources(), scratch));
    }
  }

  private void kernel(Path scratch, Path into) throws IOException {
    Tree tree = Tree.create(scratch.resolve("kernel"));
    unpack(PackageLock.KERNEL, tree);
    byte[] vmlinux = BzImage.vmlinux(Files.readAllBytes(vmlinuz(tree)));
    write(into.resolve(CacheLayout.KERNEL), vmlinux);
    Path agentDirectory = Files.createDirectory(scratch.resolve("agent"));
    byte[] init = agent.compile(agentDirectory);
    byte[] initramfs =
        Initramfs.of(init, new KernelModules(tree.root()).loadOrder(recipe.kernel().modules()));
    write(into.resolve(CacheLayout.INITRAMFS), initramfs);
  }

  private static Path vmlinuz(Tree tree) throws IOException {
    try (Stream<Path> list = Files.list(tree.root().resolve("boot"))) {
      return list.filter(file -> file.getFileName().toString().startsWith("vmlinuz"))
          .findFirst()
          .orElseThrow(() -> new GuestBuildException("The kernel package has no /boot/vmlinuz*"));
    }
  }

  private void unpack(String group, Tree tree) {
    lock.group(group).forEach(locked -> tree.unpack(store.file(locked)));
  }

  private Stream<String> lines(String group) {
    return lock.group(group).stream().map(locked -> locked.line() + "\n");
  }

  private static void record(Tree tree, String path, Stream<String> lines) throws IOException {
    tree.write(path, lines.collect(Collectors.joining()).getBytes(StandardCharsets.UTF_8));
  }

  private static void erofs(Tree tree, Path image) throws IOException {
    ImageSummary.write(image, Erofs.make(tree.root(), image));
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    ImageSummary.write(file, content.length);
  }
}
