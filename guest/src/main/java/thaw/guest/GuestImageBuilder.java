package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds guest images from Debian's and npm's packages, or finds them built in the cache directory.
 * The same recipe, agent, package list and tools give the same images, bit for bit. Any number of
 * processes may build at once: one does, the others wait and find what it made. One that is
 * interrupted leaves nothing that another would take for an image.
 */
public final class GuestImageBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(GuestImageBuilder.class);
  private static final long NEEDED_BYTES = 3L << 30;
  private static final Path APT_DIRECTORY = Path.of("/etc/apt");
  private static final String NPM_CACHE = "npm-cache";

  private final GuestSettings settings;
  private final CacheLayout layout;
  private final RecipeFiles files;
  private final Recipe recipe;
  private final AgentProgram agent;

  /** A builder of the images that Thaw's own recipe describes, with Thaw's own agent. */
  public GuestImageBuilder(GuestSettings settings) {
    this(settings, RecipeFiles.bundled(), AgentProgram.bundled());
  }

  GuestImageBuilder(GuestSettings settings, RecipeFiles files, AgentProgram agent) {
    this.settings = settings;
    this.layout = new CacheLayout(settings.cacheDir().toAbsolutePath().normalize());
    this.files = files;
    this.recipe = Recipe.parse(files);
    this.agent = agent;
  }

  /** The runtimes that images can be built for. */
  public SortedSet<String> offeredRuntimes() {
    return new TreeSet<>(recipe.runtimes().keySet());
  }

  /**
   * Finds or builds kernel, initramfs, root and the images of {@code runtimes}. Takes milliseconds
   * and no network when they are in the cache.
   *
   * @return at least those; {@link GuestImages#runtimes} may hold more
   * @throws GuestBuildException with a message for the user, who can do what it says
   */
  public GuestImages build(Set<String> runtimes, BuildProgress progress) {
    runtimes.forEach(recipe::runtime);
    return translated(() -> {
      GuestImages found = layout.current(inputsKey()).orElse(null);
      if (found != null && found.runtimes().keySet().containsAll(runtimes)) {
        return found;
      }
      Set<String> wanted = new TreeSet<>(runtimes);
      if (found != null) {
        wanted.addAll(found.runtimes().keySet()); // those that there are go on being there
      }
      return locked(withKin(wanted), false, progress);
    });
  }

  /**
   * npm's packages are part of a set's identity: so it is all of the runtimes with such, or none.
   */
  private Set<String> withKin(Set<String> runtimes) {
    if (runtimes.stream().allMatch(name -> recipe.runtime(name).modules().isEmpty())) {
      return runtimes;
    }
    Set<String> all = new TreeSet<>(runtimes);
    recipe
        .runtimes()
        .forEach((name, layer) -> {
          if (!layer.modules().isEmpty()) {
            all.add(name);
          }
        });
    return all;
  }

  /**
   * As {@link #build}, with the packages that Debian has now: a new set if any of them changed.
   *
   * @throws GuestBuildException as {@link #build} does
   */
  public GuestImages refresh(Set<String> runtimes, BuildProgress progress) {
    runtimes.forEach(recipe::runtime);
    return translated(() -> locked(withKin(runtimes), true, progress));
  }

  private static GuestImages translated(BuildLock.Work<GuestImages> work) {
    try {
      return work.run();
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      throw new GuestBuildException(
          "Guest images cannot be built: "
              + message
              + Remedies.of(message).map(remedy -> System.lineSeparator() + remedy).orElse(""),
          e);
    }
  }

  private GuestImages locked(Set<String> runtimes, boolean freshList, BuildProgress progress)
      throws IOException {
    return BuildLock.holding(
        layout.buildLock(),
        progress,
        () -> {
          Tree building = new Tree(layout.building());
          building.delete();
          Files.createDirectories(building.root());
          try {
            if (Files.getFileStore(building.root()).getUsableSpace() < NEEDED_BYTES) {
              throw new IOException("No space left on device: " + layout.cache() + " needs 3 GiB");
            }
            return list(building.root(), runtimes, freshList, progress);
          } finally {
            building.delete();
          }
        });
  }

  private GuestImages list(
      Path scratch, Set<String> runtimes, boolean freshList, BuildProgress progress)
      throws IOException {
    Path kept = layout.packageList(recipe.resolutionKey());
    if (!freshList && Files.exists(kept)) {
      try {
        PackageLock lock = PackageLock.parse(Files.readString(kept));
        return images(scratch, lock, runtimes, kept, progress);
      } catch (PackagesGoneException e) {
        LOG.info("The package list of {} is outdated, resolving anew", kept);
      }
    }
    PackageLock lock =
        new PackageResolver(recipe, mirrors())
            .resolve(Files.createDirectory(scratch.resolve("apt")), progress);
    return images(scratch, lock, runtimes, kept, progress);
  }

  /** Makes the images of a list, and keeps the list if they could be made. */
  private GuestImages images(
      Path scratch, PackageLock debian, Set<String> runtimes, Path list, BuildProgress progress)
      throws IOException {
    PackageLock lock =
        PackageResolver.withModules(
            recipe,
            debian,
            new TreeSet<>(runtimes),
            Files.createTempDirectory(scratch, "npm"),
            scratch.resolve(NPM_CACHE),
            progress);
    GuestImages images = images(scratch, lock, runtimes, progress);
    Files.createDirectories(list.resolveSibling("."));
    Durable.write(list, lock.text());
    return images;
  }

  private GuestImages images(
      Path scratch, PackageLock lock, Set<String> runtimes, BuildProgress progress)
      throws IOException {
    String identity = identity(lock);
    GuestImages found = layout.find(identity).orElse(null);
    SortedSet<String> missing = new TreeSet<>(runtimes);
    if (found != null) {
      missing.removeAll(found.runtimes().keySet());
    }
    if (found == null || !missing.isEmpty()) {
      PackageStore store = new PackageStore(layout.packages());
      ModuleStore modules = new ModuleStore(layout.packages());
      ImageSetBuild build = new ImageSetBuild(recipe, agent, lock, store, modules, identity);
      store.fetch(
          build.packages(found == null, missing),
          this::mirrors,
          Files.createTempDirectory(scratch, "partial"),
          progress);
      modules.fetch(
          build.modules(missing),
          Files.createTempDirectory(scratch, "modules"),
          scratch.resolve(NPM_CACHE),
          progress);
      Path into = Files.createDirectory(scratch.resolve("images"));
      build.run(
          Files.createDirectory(scratch.resolve("trees")), into, found == null, missing, progress);
      publish(into, identity, lock, found == null, missing);
    }
    Path pointer = layout.pointer(inputsKey());
    Files.createDirectories(pointer.resolveSibling("."));
    Durable.write(pointer, identity + "\n");
    progress.finished();
    return layout
        .find(identity)
        .orElseThrow(() -> new IOException(layout.set(identity) + " was deleted meanwhile"));
  }

  private void publish(
      Path into, String identity, PackageLock lock, boolean newSet, SortedSet<String> runtimes)
      throws IOException {
    Path set = layout.set(identity);
    Files.createDirectories(layout.images());
    if (newSet) {
      Files.writeString(into.resolve(CacheLayout.LOCK), lock.text());
      Durable.move(into, set);
      return;
    }
    for (String runtime : runtimes) {
      String image = CacheLayout.runtimeFile(runtime);
      Durable.move(
          into.resolve(image + CacheLayout.SUMMARY), set.resolve(image + CacheLayout.SUMMARY));
      Durable.move(into.resolve(image), set.resolve(image));
    }
  }

  private Mirrors mirrors() {
    return Mirrors.find(settings, APT_DIRECTORY);
  }

  private String inputsKey() {
    return new Hashes()
        .addAll(files.files())
        .add("agent", "")
        .addAll(agent.sources())
        .add("flags", agent.flags().toString())
        .hex();
  }

  private String identity(PackageLock lock) {
    return new Hashes()
        .add("inputs", inputsKey())
        .add("packages", lock.text())
        .add("mkfs.erofs", Erofs.version())
        .add("gcc", AgentProgram.compilerVersion())
        .hex()
        .substring(0, 32);
  }
}
