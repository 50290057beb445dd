package thaw.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.Limits;

/** What is and what is not taken as a deployment package. */
class ArchiveTest {
  private static final int METHOD = 10;
  private static final int FLAGS = 8;
  private static final int CRC = 16;
  private static final int SIZE = 24;
  private static final int EXTERNAL_ATTRIBUTES = 38;

  @Test
  void anArchiveIsReadAsATree() throws IOException {
    byte[] zip =
        new Zips()
            .directory("pkg/")
            .file("pkg/a.py", "a = 1")
            .file("deep/er/b.py", "b")
            .executable("bootstrap", "#!/bin/sh")
            .link("link", "pkg/a.py")
            .bytes();

    try (Archive archive = Archive.open(zip)) {
      assertThat(archive.inflateAll()).isEqualTo(5 + 1 + 9);
      assertThat(archive.root().children()).containsOnlyKeys("bootstrap", "deep", "link", "pkg");
      assertThat(archive.root().children().get("link"))
          .isEqualTo(new ArchiveNode.SymbolicLink("pkg/a.py"));
    }
  }

  @Test
  void emptyArchivesAreRefused() {
    refused(new byte[0]).hasMessage("Uploaded file must be a non-empty zip");
    refused(new Zips().bytes()).hasMessage("Uploaded file must be a non-empty zip");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "aa/../../b", "/etc/cron", "C:/autoex", "dir\\file"})
  void entriesThatLeadOutAreRefused(String name) {
    String placeholder = "p".repeat(name.length());
    byte[] zip =
        Zips.patched(
            Zips.of(placeholder, "x"),
            placeholder.getBytes(StandardCharsets.UTF_8),
            name.getBytes(StandardCharsets.UTF_8));

    refused(zip).hasMessageContaining(name);
  }

  @Test
  void aNameWithAZeroByteIsRefused() {
    byte[] zip =
        Zips.patched(
            Zips.of("pppp", "x"),
            "pppp".getBytes(StandardCharsets.UTF_8),
            new byte[] {'a', 0, '.', '.'});

    refused(zip).hasMessageContaining("zero byte");
  }

  @ParameterizedTest
  @CsvSource({
    "a/link, ../b",
    "link, missing",
    "a/link, ../a/../c",
    "link, .",
    "l, l",
    "a/b/l, ../../x"
  })
  void linksThatStayInsideAreTaken(String name, String target) throws IOException {
    try (Archive archive = Archive.open(new Zips().link(name, target).bytes())) {
      assertThat(archive.inflateAll()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"link, ..", "link, /etc/passwd", "a/link, ../../b", "link, a/../../b", "l, ./../x"})
  void linksThatLeadOutAreRefused(String name, String target) {
    refused(new Zips().link(name, target).bytes())
        .hasMessageContaining("points out of the archive");
  }

  @Test
  void aLinkThatLeadsOutThroughAnotherLinkIsRefused() {
    // By its text "d/e/up/.." is "d/e"; followed, it is above the root.
    refused(new Zips().link("d/e/up", "../..").link("out", "d/e/up/..").bytes())
        .hasMessageContaining("'out' points out of the archive");
  }

  @Test
  void anEntryBelowALinkOrFileIsRefused() {
    refused(new Zips().link("l", "d").file("l/x", "x").bytes())
        .hasMessageContaining("'l' to be a directory");
    refused(new Zips().file("l/x", "x").link("l", "d").bytes()).hasMessageContaining("two entries");
    refused(new Zips().file("f", "d").file("f/x", "x").bytes())
        .hasMessageContaining("'f' to be a directory");
  }

  @Test
  void aNameThatStandsForTwoFilesIsRefused() {
    refused(new Zips().file("a", "1").file("a", "2").bytes()).hasMessageContaining("two entries");
    refused(new Zips().file("a", "1").file("./a", "2").bytes()).hasMessageContaining("two entries");
  }

  @Test
  void aDirectoryMayBeNamedTwice() throws IOException {
    try (Archive archive =
        Archive.open(new Zips().directory("d/").directory("d/").file("d/x", "x").bytes())) {
      assertThat(archive.inflateAll()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0020644, 0060644, 0010644, 0140644})
  void devicesPipesAndSocketsAreRefused(int mode) {
    byte[] zip =
        Zips.centralField(Zips.of("dev", "x"), EXTERNAL_ATTRIBUTES, 4, ((long) mode) << 16);

    refused(zip).hasMessageContaining("device, pipe or socket");
  }

  @Test
  void aHardLinkIsRefused() {
    ZipArchiveEntry entry = new ZipArchiveEntry("hard");
    byte[] field = new byte[12 + "target".length()];
    System.arraycopy("target".getBytes(StandardCharsets.UTF_8), 0, field, 12, 6);
    entry.setUnixMode(0100644);
    org.apache.commons.compress.archivers.zip.UnrecognizedExtraField unix =
        new org.apache.commons.compress.archivers.zip.UnrecognizedExtraField();
    unix.setHeaderId(new org.apache.commons.compress.archivers.zip.ZipShort(0x000d));
    unix.setLocalFileDataData(field);
    unix.setCentralDirectoryData(field);
    entry.addExtraField(unix);

    refused(new Zips().entry(entry, new byte[0]).bytes()).hasMessageContaining("hard link");
  }

  @Test
  void encryptedEntriesAreRefused() {
    refused(Zips.centralField(Zips.of("secret", "x"), FLAGS, 2, 1))
        .hasMessageContaining("encrypted");
  }

  @Test
  void otherCompressionThanDeflateIsRefused() {
    int bzip2 = ZipMethod.BZIP2.getCode();
    refused(Zips.centralField(Zips.of("f", "x"), METHOD, 2, bzip2))
        .hasMessageContaining("method 12");
  }

  @Test
  void moreThanAllowedZippedIsRefused() {
    refused(new byte[Limits.ZIPPED_CODE_BYTES + 1])
        .hasMessage("Zipped size must be smaller than 52428800 bytes");
  }

  @Test
  void aZipBombIsRefusedByWhatComesOutOfIt() {
    byte[] tenMebibytes = new byte[10 << 20];
    Zips zips = new Zips();
    for (int i = 0; i < 26; i++) {
      zips.file("bomb" + i, tenMebibytes, 0100644);
    }
    byte[] zip = zips.bytes();
    assertThat(zip.length).isLessThan(2 << 20);

    refused(zip).hasMessage("Unzipped size must be smaller than 262144000 bytes");
    // The same when the first entry claims to be small.
    refused(Zips.centralField(zip, SIZE, 4, 10))
        .hasMessageStartingWith("Could not unzip uploaded file.");
  }

  @Test
  void sizesAndChecksumsThatAreUntrueAreRefused() {
    byte[] zip = Zips.of("f", "some content");
    refused(Zips.centralField(zip, CRC, 4, 1)).hasMessageContaining("checksum");
    refused(Zips.centralField(zip, SIZE, 4, 5)).hasMessageContaining("'f'");
    refused(Zips.centralField(zip, SIZE, 4, 5_000)).hasMessageContaining("'f'");
  }

  @Test
  void seventyThousandFilesWork() throws IOException {
    Zips zips = new Zips();
    for (int i = 0; i < 70_000; i++) {
      zips.file("d" + i % 100 + "/f" + i, "");
    }
    try (Archive archive = Archive.open(zips.bytes())) {
      assertThat(archive.inflateAll()).isZero();
      assertThat(archive.root().children()).hasSize(100);
    }
  }

  @Test
  void moreEntriesThanTheBoundAreRefused() {
    Zips zips = new Zips();
    for (int i = 0; i <= ArchiveTree.NODES; i++) {
      zips.file("f" + i, "");
    }
    refused(zips.bytes()).hasMessageContaining("more than 200000 entries");
  }

  @Test
  void directoriesThatNoEntryNamesCountToo() {
    Zips zips = new Zips();
    for (int i = 0; i < 300; i++) {
      zips.file(i + "/" + "d/".repeat(900) + "f", "");
    }
    refused(zips.bytes()).hasMessageContaining("more than 200000 files and directories");
  }

  @Test
  void aTruncatedArchiveIsRefusedWhereverItEnds() {
    byte[] zip = new Zips().file("a.py", "print(1)\n".repeat(50)).file("b/c.py", "x = 2").bytes();
    for (int length = 1; length < zip.length; length++) {
      byte[] start = Arrays.copyOf(zip, length);
      assertThatThrownBy(() -> check(start))
          .as("the first %d bytes", length)
          .isInstanceOf(LambdaException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aCorruptArchiveIsReadRightOrRefusedAndNothingElse(long seed) throws IOException {
    byte[] zip =
        new Zips()
            .file("a.py", "print(1)\n".repeat(50))
            .link("l", "a.py")
            .directory("d/")
            .executable("d/e", "x")
            .bytes();
    Random random = new Random(seed);
    for (int round = 0; round < 3_000; round++) {
      byte[] corrupt = zip.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        corrupt[random.nextInt(corrupt.length)] = (byte) random.nextInt();
      }
      try {
        check(corrupt);
      } catch (LambdaException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE);
      }
    }
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(byte[] zip) {
    return assertThatThrownBy(() -> check(zip))
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE));
  }

  private static void check(byte[] zip) throws IOException {
    try (Archive archive = Archive.open(zip)) {
      archive.inflateAll();
    }
  }
}
