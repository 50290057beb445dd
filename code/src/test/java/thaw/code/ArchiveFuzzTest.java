package thaw.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import thaw.model.ErrorCode;
import thaw.model.Fuzz;
import thaw.model.LambdaException;
import thaw.model.Limits;

/** Damaged deployment packages: taken as what they now are, or refused in AWS's words. */
@Tag("fuzz")
class ArchiveFuzzTest {
  private static final List<byte[]> WHOLE =
      List.of(
          new Zips()
              .directory("pkg/")
              .file("pkg/a.py", "a = 1\n".repeat(200))
              .executable("bootstrap", "#!/bin/sh\n")
              .link("link", "pkg/a.py")
              .link("up", "pkg/../bootstrap")
              .bytes(),
          Zips.of("a", "x"),
          new Zips().link("l", "l/l").file("ü/ö", "ß").bytes());

  @Test
  void aDamagedArchiveIsReadOrRefused() throws Exception {
    Fuzz.run(20_000, ArchiveFuzzTest::damagedArchive);
  }

  private static void damagedArchive(Random random) throws IOException {
    byte[] bytes = Fuzz.mutated(random, Fuzz.oneOf(random, WHOLE));
    try (Archive archive = Archive.open(bytes)) {
      assertThat(archive.inflateAll()).isLessThanOrEqualTo(Limits.UNZIPPED_CODE_BYTES);
    } catch (LambdaException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE);
    }
  }
}
