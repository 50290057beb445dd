package thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script, copied into sources of its own: a Maven that only pretends, and a command
 * that prints its arguments.
 */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "thaw");

  @TempDir private Path dir;
  private Path bin;
  private Path mavenCalls;

  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void sources() throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.copy(LAUNCHER, dir.resolve("thaw"));
    Files.writeString(dir.resolve("pom.xml"), "<project/>");
    Files.createDirectories(dir.resolve("cli/src/main"));
    Files.writeString(dir.resolve("cli/pom.xml"), "<project/>");
    Files.writeString(dir.resolve("cli/src/main/Some.java"), "");
    bin = Files.createDirectories(dir.resolve("bin"));
    mavenCalls = dir.resolve("maven-calls");
    compileCommand();
    maven("");
  }

  /** A class {@code thaw.cli.Main} that prints its arguments, and a rehearsal that does nothing. */
  private void compileCommand() throws IOException {
    Path source = Files.createDirectories(dir.resolve("fake"));
    Path main = source.resolve("Main.java");
    Files.writeString(
        main,
        "package thaw.cli; public class Main { public static void main(String[] a) {"
            + " System.out.println(String.join(\",\", a)); } }");
    Path rehearsal = source.resolve("Rehearsal.java");
    Files.writeString(
        rehearsal,
        "package thaw.cli; public class Rehearsal { public static void main(String[] a) {} }");
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", source.toString(), main.toString(), rehearsal.toString());
    assertThat(code).isZero();
  }

  /** A Maven that makes the jar, and does {@code more} when it is asked to verify. */
  private void maven(String more) throws IOException {
    script(
        "mvn",
        """
        echo "$*" >>%1$s
        mkdir -p %2$s/cli/target/lib
        %3$s/bin/jar -cf %2$s/cli/target/cli-1.jar -C %2$s/fake thaw
        cp %2$s/cli/target/cli-1.jar %2$s/cli/target/lib/other.jar
        case "$*" in *verify*) cd %2$s; %4$s ;; esac
        """
            .formatted(mavenCalls, dir, System.getProperty("java.home"), more));
  }

  private void script(String name, String body) throws IOException {
    Path script = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Run run(String path, String... command) throws IOException, InterruptedException {
    Path err = dir.resolve("stderr");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().putAll(Map.of("PATH", path));
    builder.environment().remove("THAW_JAVA_HOME");
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out, Files.readString(err));
  }

  private Run thaw(String... arguments) throws IOException, InterruptedException {
    String[] command =
        Stream.concat(Stream.of(dir.resolve("thaw").toString()), Stream.of(arguments))
            .toArray(String[]::new);
    return run(bin + ":" + System.getenv("PATH"), command);
  }

  private List<String> mavenCalls() throws IOException {
    return Files.exists(mavenCalls) ? Files.readAllLines(mavenCalls) : List.of();
  }

  @Test
  void buildsOnceAndAgainOnlyWhenSourcesChanged() throws Exception {
    assertThat(thaw("list", "two words").out()).isEqualTo("list,two words\n");
    assertThat(mavenCalls()).hasSize(1);
    assertThat(thaw("list")).isEqualTo(new Run(0, "list\n", ""));
    assertThat(mavenCalls()).hasSize(1);
    Files.setLastModifiedTime(
        dir.resolve("cli/src/main/Some.java"), FileTime.from(Instant.now().plusSeconds(2)));
    thaw("list");
    assertThat(mavenCalls()).hasSize(2);
  }

  @Test
  void aFailedBuildShowsItsErrors() throws Exception {
    script("mvn", "echo '[ERROR] cannot find symbol'; exit 1\n");
    Run run = thaw("list");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("[ERROR] cannot find symbol", "the build failed", "build.log");
    assertThat(thaw("list").exitCode()).as("and is tried again").isEqualTo(1);
  }

  @Test
  void whoIsNotRootIsToldSo() throws Exception {
    Run run =
        run(
            System.getenv("PATH"),
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            dir.resolve("thaw").toString(),
            "status");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("root is needed", "sudo " + dir.resolve("thaw") + " status");
  }

  @Test
  void withoutAJdk25ItSaysWhereOneBelongs() throws Exception {
    Run run =
        run(
            System.getenv("PATH"),
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs none /usr/lib/jvm && exec " + dir.resolve("thaw") + " status");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("no JDK 25 found under /usr/lib/jvm", "apt-get install openjdk-25");
  }

  @Test
  void withoutAPackageManagerItSaysWhatToInstall() throws Exception {
    for (String tool : List.of("readlink", "dirname", "mkdir", "bash")) {
      Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin", tool));
    }
    Run run = run(bin.toString(), dir.resolve("thaw").toString(), "status");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("no apt-get", "qemu-system-x86", "runc");
  }

  @Test
  void testsEndWithTheCountOfAllModules() throws Exception {
    maven(report("A", 3, 0, 0, 1) + report("B", 4, 0, 0, 0));
    Run run = thaw("test");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("images,--build\n")
        .endsWith("Tests run: 7, Failures: 0, Errors: 0, Skipped: 1\n6 passed, 0 failed\n");
  }

  @Test
  void failedTestsAreNamedAndFailTheCommand() throws Exception {
    maven(report("A", 3, 1, 1, 0));
    Run run = thaw("test", "cli");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("FAILED x.A.breaks\n")
        .endsWith("Tests run: 3, Failures: 1, Errors: 1, Skipped: 0\n1 passed, 2 failed\n");
    assertThat(mavenCalls().getLast()).contains("-pl cli -am").endsWith("verify");
  }

  @Test
  void noTestsAtAllAreAFailure() throws Exception {
    Run run = thaw("test");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).endsWith("0 passed, 0 failed\n");
  }

  @Test
  void aBuildThatFailsBesideItsTestsFailsTheCommand() throws Exception {
    maven(report("A", 1, 0, 0, 0) + "echo '[ERROR] formatting'; exit 1;");
    Run run = thaw("test");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("[ERROR] formatting");
    assertThat(run.out()).contains("The build failed").endsWith("1 passed, 0 failed\n");
  }

  @Test
  void anUnknownModuleIsNamedWithThoseThereAre() throws Exception {
    Run run = thaw("test", "nonesuch");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("no module nonesuch", "Modules: cli");
  }

  private static String report(String type, int tests, int failures, int errors, int skipped) {
    String broken =
        failures + errors == 0
            ? ""
            : "<testcase name=\"breaks\" classname=\"x." + type + "\"><failure/></testcase>";
    return """
    mkdir -p cli/target/surefire-reports
    echo '<testsuite name="x.%s" time="1.5" tests="%d" errors="%d" skipped="%d" failures="%d">
    %s</testsuite>' >cli/target/surefire-reports/TEST-%s.xml
    """
        .formatted(
            type,
            tests,
            errors,
            skipped,
            failures,
            broken.replace("><failure", ">\n<failure"),
            type);
  }
}
