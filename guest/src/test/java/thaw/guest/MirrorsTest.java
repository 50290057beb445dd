package thaw.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MirrorsTest {
  private static final GuestSettings NOTHING_SET =
      new GuestSettings(Path.of("/nowhere"), Optional.empty(), Optional.empty());

  @TempDir private Path apt;

  @Test
  void readsOneLineSources() throws IOException {
    Files.writeString(
        apt.resolve("sources.list"),
        """
        # deb http://commented.test/debian bookworm main
        deb-src http://source.test/debian bookworm main
        deb [arch=amd64 signed-by=/a/key] https://vendor.test/apt stable contrib
        deb [arch=amd64] http://mirror.test/debian/ bookworm main contrib # mine
        deb http://security.test/debian-security bookworm-security main
        """);

    assertThat(Mirrors.find(NOTHING_SET, apt))
        .isEqualTo(
            new Mirrors(
                "http://mirror.test/debian", Optional.of("http://security.test/debian-security")));
  }

  @Test
  void readsDeb822SourcesAndSkipsDisabledStanzas() throws IOException {
    Files.createDirectory(apt.resolve("sources.list.d"));
    Files.writeString(
        apt.resolve("sources.list.d/debian.sources"),
        """
        Types: deb
        URIs: http://off.test/debian
        Suites: bookworm
        Components: main
        Enabled: no

        # what is used
        Types: deb deb-src
        URIs: http://mirror.test/debian
        Suites: trixie
         trixie-updates
        Components: main
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

        Types: deb
        URIs: http://security.test/debian-security/
        Suites: trixie-security
        Components: main
        """);

    assertThat(Mirrors.find(NOTHING_SET, apt))
        .isEqualTo(
            new Mirrors(
                "http://mirror.test/debian", Optional.of("http://security.test/debian-security")));
  }

  @Test
  void aSetMirrorWinsOverAptsSources() throws IOException {
    Files.writeString(apt.resolve("sources.list"), "deb http://mirror.test/debian bookworm main\n");
    GuestSettings settings =
        new GuestSettings(Path.of("/nowhere"), Optional.of("http://own.test/d"), Optional.empty());

    assertThat(Mirrors.find(settings, apt))
        .isEqualTo(new Mirrors("http://own.test/d", Optional.empty()));
  }

  @Test
  void withoutADebianMirrorSaysWhichSettingNamesOne() throws IOException {
    Files.writeString(apt.resolve("sources.list"), "deb http://ubuntu.test/ubuntu noble main\n");

    assertThatThrownBy(() -> Mirrors.find(NOTHING_SET, apt))
        .isInstanceOf(GuestBuildException.class)
        .hasMessageContaining("guest.mirror")
        .hasMessageContaining(apt.toString());
  }
}
