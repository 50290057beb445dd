package thaw.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What npm resolved, and how it is written down. */
final class NpmTest {
  private static final String INTEGRITY =
      "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==";

  @TempDir private Path directory;

  @Test
  void aLockFileOfNpmsIsReadWithWhatLiesInsideOtherPackages() throws IOException {
    Path lock =
        Files.writeString(
            directory.resolve("package-lock.json"),
            """
            {"lockfileVersion": 3, "packages": {
              "": {"dependencies": {"b": "1"}},
              "node_modules/b": {"version": "1.2.3", "integrity": "@"},
              "node_modules/b/node_modules/@a/c": {"version": "2.0.0-rc.1", "integrity": "@"},
              "node_modules/renamed": {"name": "original", "version": "3.0.0", "integrity": "@"},
              "node_modules/maybe": {"version": "1.0.0", "optional": true, "integrity": "@"}}}
            """
                .replace("@\"", INTEGRITY + "\""));

    assertThat(Npm.parse(lock))
        .containsExactly(
            new LockedModule("b", "1.2.3", INTEGRITY, "node_modules/b"),
            new LockedModule("@a/c", "2.0.0-rc.1", INTEGRITY, "node_modules/b/node_modules/@a/c"),
            new LockedModule("original", "3.0.0", INTEGRITY, "node_modules/renamed"));
  }

  @Test
  void packagesAreResolvedAndDownloadedByTheMachinesNpm() throws IOException {
    ModuleStore store = new ModuleStore(directory.resolve("packages"));
    List<LockedModule> modules;
    try (FakeRegistry registry = new FakeRegistry(directory.resolve("registry"))) {
      Path scratch = registry.usedBy(directory.resolve("resolving"));
      modules = new Npm(scratch, cache()).resolve(new TreeMap<>(Map.of("near", "1")));
      assertThat(modules)
          .extracting(LockedModule::specification)
          .containsExactly("@far/away@2.1.0", "near@1.0.3");

      store.fetch(
          modules, registry.usedBy(directory.resolve("partial")), cache(), BuildProgress.NONE);
      assertThat(store.file(modules.getLast())).hasSameBinaryContentAs(registry.tarball("near"));
    }
    store.fetch(modules, directory.resolve("nothing is downloaded"), cache(), BuildProgress.NONE);
  }

  @Test
  void aTarballThatIsNotTheListsIsRefused() throws IOException {
    try (FakeRegistry registry = new FakeRegistry(directory.resolve("registry"))) {
      LockedModule other = new LockedModule("near", "1.0.3", INTEGRITY, "node_modules/near");
      ModuleStore store = new ModuleStore(directory.resolve("packages"));
      Path partial = registry.usedBy(directory.resolve("partial"));
      assertThatThrownBy(() -> store.fetch(List.of(other), partial, cache(), BuildProgress.NONE))
          .isInstanceOf(GuestBuildException.class)
          .hasMessageContaining("near@1.0.3 is not the package that the list names");
      assertThat(store.file(other)).doesNotExist();
    }
  }

  @Test
  void aVersionThatIsGoneIsToldApart() throws IOException {
    try (FakeRegistry registry = new FakeRegistry(directory.resolve("registry"))) {
      LockedModule gone = new LockedModule("near", "1.0.2", INTEGRITY, "node_modules/near");
      ModuleStore store = new ModuleStore(directory.resolve("packages"));
      Path partial = registry.usedBy(directory.resolve("partial"));
      assertThatThrownBy(() -> store.fetch(List.of(gone), partial, cache(), BuildProgress.NONE))
          .isInstanceOf(PackagesGoneException.class);
    }
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  @Test
  void aPackageIsCalledByItsNameWithoutTheScopesSigns() {
    LockedModule module = new LockedModule("@a/c", "2.0.0", INTEGRITY, "node_modules/@a/c");

    assertThat(module.specification()).isEqualTo("@a/c@2.0.0");
    assertThat(module.tarball()).isEqualTo("a-c-2.0.0.tgz");
    assertThat(module.fileName()).isEqualTo("a-c_a879f3e6d16c1e88.tgz");
  }

  @Test
  void aListIsReadAsItWasWritten() {
    String text =
        """
        # Packages of Thaw's guest images
        [runtime one]
        extra=1 %s 5 debian:pool/extra.deb
        [npm one]
        @a/c=2.0.0 %s node_modules/@a/c
        """
            .formatted("0".repeat(64), INTEGRITY);

    PackageLock lock = PackageLock.parse(text);
    assertThat(lock.group("runtime one")).hasSize(1);
    assertThat(lock.modulesOf("one")).hasSize(1);
    assertThat(lock.modulesOf("two")).isEmpty();
    assertThat(lock.text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=1.0.0 " + INTEGRITY + " node_modules/../../etc",
        "a=1.0.0 " + INTEGRITY + " /etc",
        "a=1.0.0 sha1-abc= node_modules/a",
        "../a=1.0.0 " + INTEGRITY + " node_modules/a",
        "--flag=1.0.0 " + INTEGRITY + " node_modules/a",
        "a=null " + INTEGRITY
      })
  void whatIsNoPackageIsRefused(String line) {
    assertThatThrownBy(() -> LockedModule.parse(line))
        .isInstanceOf(GuestBuildException.class)
        .hasMessageContaining("want name=version integrity path");
  }
}
