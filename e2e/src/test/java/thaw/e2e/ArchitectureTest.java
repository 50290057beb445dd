package thaw.e2e;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Holds the graph of ARCHITECTURE.md: every module, and the only modules it may use. An arrow that
 * is not in the table fails here before it becomes a habit.
 */
final class ArchitectureTest {
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("model", Set.of()),
          Map.entry("settings", Set.of()),
          Map.entry("api", Set.of("model")),
          Map.entry("erofs", Set.of()),
          Map.entry("code", Set.of("model", "settings", "erofs", "chunks")),
          Map.entry("images", Set.of("settings", "erofs", "chunks")),
          Map.entry(
              "configuration", Set.of("model", "settings", "api", "code", "images", "chunks")),
          Map.entry("agent", Set.of()),
          Map.entry("javaruntime", Set.of()),
          Map.entry("guest", Set.of("settings", "agent", "javaruntime")),
          Map.entry("sparsefs", Set.of()),
          Map.entry("chunks", Set.of("settings")),
          Map.entry("snapshots", Set.of("sparsefs", "chunks")),
          Map.entry("sandbox", Set.of("model", "agent", "sparsefs", "snapshots")),
          Map.entry("jail", Set.of("agent", "sparsefs")),
          Map.entry(
              "microvm",
              Set.of(
                  "model",
                  "settings",
                  "agent",
                  "sandbox",
                  "guest",
                  "jail",
                  "sparsefs",
                  "snapshots")),
          Map.entry("container", Set.of("settings", "agent", "sandbox", "guest", "jail")),
          Map.entry("runtimeapi", Set.of("model", "agent")),
          Map.entry("logs", Set.of("settings")),
          Map.entry(
              "worker",
              Set.of(
                  "model",
                  "settings",
                  "code",
                  "chunks",
                  "agent",
                  "snapshots",
                  "sandbox",
                  "runtimeapi",
                  "logs")),
          Map.entry("frontend", Set.of("model", "settings", "api", "configuration", "worker")),
          Map.entry(
              "cli",
              Set.of(
                  "model",
                  "settings",
                  "api",
                  "code",
                  "images",
                  "chunks",
                  "configuration",
                  "agent",
                  "guest",
                  "sparsefs",
                  "snapshots",
                  "sandbox",
                  "jail",
                  "microvm",
                  "container",
                  "runtimeapi",
                  "logs",
                  "worker",
                  "frontend")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("thaw");

  @Test
  void everyModuleIsInTheTable() {
    Set<String> modules =
        CLASSES.stream().map(ArchitectureTest::moduleOf).collect(Collectors.toSet());
    assertThat(modules).isEqualTo(MAY_USE.keySet());
  }

  @Test
  void noModuleUsesOneThatIsNotBelowIt() {
    Map<String, Set<String>> forbidden = new TreeMap<>();
    for (JavaClass origin : CLASSES) {
      String from = moduleOf(origin);
      origin.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith("thaw."))
          .map(ArchitectureTest::moduleOf)
          .filter(to -> !to.equals(from) && !MAY_USE.getOrDefault(from, Set.of()).contains(to))
          .forEach(to -> forbidden.computeIfAbsent(from, key -> new TreeSet<>()).add(to));
    }
    assertThat(forbidden).isEmpty();
  }

  @Test
  void modulesAreFreeOfCycles() {
    slices().matching("thaw.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  private static String moduleOf(JavaClass type) {
    String inner = type.getPackageName().substring("thaw.".length());
    int dot = inner.indexOf('.');
    return dot < 0 ? inner : inner.substring(0, dot);
  }
}
