package thaw.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.TimeZone;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.cli.UserError;
import thaw.settings.SettingsException;

class DeploymentPackageTest {
  @TempDir private Path dir;

  @BeforeEach
  void files() throws IOException {
    write("app.py", "print()");
    write("bootstrap", "#!/bin/sh");
    Files.setPosixFilePermissions(
        dir.resolve("bootstrap"), PosixFilePermissions.fromString("rwx------"));
    write("lib/a.py", "a");
    write("lib/__pycache__/a.pyc", "x");
    write("__pycache__/app.pyc", "x");
    write(".git/config", "x");
    write("tests/t.py", "t");
    Files.createSymbolicLink(dir.resolve("link"), Path.of("lib/a.py"));
    conf("");
  }

  private void write(String name, String content) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private void conf(String text) throws IOException {
    Files.writeString(dir.resolve("function.conf"), text);
  }

  private List<ZipArchiveEntry> entries() throws Exception {
    byte[] zip = DeploymentPackage.of(dir).zip();
    Path file = Files.createTempFile("thaw-test", ".zip");
    try {
      Files.write(file, zip);
      try (ZipFile read = ZipFile.builder().setPath(file).get()) {
        return Collections.list(read.getEntries());
      }
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void packsSortedWithExecutableBitsAndLinksAndWithoutDebris() throws Exception {
    assertThat(entries())
        .extracting(entry -> entry.getName() + " " + Integer.toOctalString(entry.getUnixMode()))
        .containsExactly(
            "app.py 100644",
            "bootstrap 100755",
            "lib/a.py 100644",
            "link 120777",
            "tests/t.py 100644");
  }

  @Test
  void npmPackagesThatTheLockFileNamesAreInstalledUnlessTheyAreThere() throws Exception {
    write("dependency/package.json", "{\"name\":\"near\",\"version\":\"1.0.0\"}");
    write("package.json", "{\"dependencies\":{\"near\":\"file:dependency\"}}");
    write(
        "package-lock.json",
        """
        {"lockfileVersion": 3, "packages": {
          "": {"dependencies": {"near": "file:dependency"}},
          "dependency": {"name": "near", "version": "1.0.0"},
          "node_modules/near": {"resolved": "dependency", "link": true}}}
        """);
    conf("exclude = [\"node_modules/.package-lock.json\"]");
    assertThat(entries()).extracting(ZipArchiveEntry::getName).contains("node_modules/near");

    Files.delete(dir.resolve("node_modules/near"));
    write("node_modules/own.js", "1");
    assertThat(entries())
        .extracting(ZipArchiveEntry::getName)
        .contains("node_modules/own.js")
        .doesNotContain("node_modules/near");
  }

  @Test
  void globsChoose() throws Exception {
    conf("files = [\"*.py\", \"lib/**\"]\nexclude = [\"app.*\"]");
    assertThat(entries()).extracting(ZipArchiveEntry::getName).containsExactly("lib/a.py");
  }

  @Test
  void theSameFilesGiveTheSameBytesWhateverTheirAgeAndTheTimeZone() throws Exception {
    byte[] first = DeploymentPackage.of(dir).zip();
    TimeZone before = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
      Files.setLastModifiedTime(dir.resolve("app.py"), FileTime.fromMillis(1_000_000_000_000L));
      assertThat(DeploymentPackage.of(dir).zip()).isEqualTo(first);
    } finally {
      TimeZone.setDefault(before);
    }
    write("app.py", "changed");
    assertThat(DeploymentPackage.of(dir).zip()).isNotEqualTo(first);
  }

  @Test
  void aBuildRunsFirstAndItsDirectoryIsPacked() throws Exception {
    conf("build = \"mkdir -p out && echo made > out/made.txt\"\ncodeDir = out");
    assertThat(entries()).extracting(ZipArchiveEntry::getName).containsExactly("made.txt");
  }

  @Test
  void aFailingBuildShowsWhatItPrinted() throws IOException {
    conf("build = \"echo compiler says no; exit 3\"");
    assertThatThrownBy(() -> DeploymentPackage.of(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("exit code 3")
        .hasMessageContaining("compiler says no");
  }

  @Test
  void nothingToDeployIsAnError() throws IOException {
    conf("files = [\"*.none\"]");
    assertThatThrownBy(() -> DeploymentPackage.of(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nothing to deploy");
  }

  @Test
  void aMisspeltKeyNamesItsPlaceAndTheNearestOne() throws IOException {
    conf("runtim = python3.13");
    assertThatThrownBy(() -> DeploymentPackage.of(dir))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("function.conf:1: unknown key runtim; did you mean runtime?");
  }

  @Test
  void anArchiveIsTakenAsItIsAndNamesTheFunction() throws Exception {
    Path zip = Files.write(dir.resolve("my-app.zip"), new byte[] {1, 2, 3});
    DeploymentPackage code = DeploymentPackage.of(zip);
    assertThat(code.zip()).containsExactly(1, 2, 3);
    assertThat(code.defaultName()).isEqualTo("my-app");
  }
}
