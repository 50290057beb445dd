package thaw.cli.bench;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import thaw.guest.BuildProgress;
import thaw.guest.GuestImageBuilder;
import thaw.guest.GuestImages;
import thaw.guest.GuestSettings;
import thaw.jail.Command;
import thaw.settings.SettingsBinder;

/**
 * Container images as they are found in the wild: Debian's root, which Thaw's guests have, and over
 * it what a language takes. Programs are layers over one of them.
 */
final class RuntimeBases {
  private static final List<String> RUNTIMES = List.of("python3.13", "nodejs22.x", "ruby3.3");
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar";
  private static final Duration UNPACK_TIMEOUT = Duration.ofMinutes(5);
  private static final int PROGRAM_MODE = 0755;
  private static final int MODE_BITS = 07777;

  private final List<StreamedLayout> bases = new ArrayList<>();

  /**
   * Makes them; guest images that are not built yet are.
   *
   * @param directory what is made is in it
   */
  static RuntimeBases make(Path directory) throws IOException {
    GuestImages guest =
        new GuestImageBuilder(SettingsBinder.bind(GuestSettings.class, ConfigFactory.empty()))
            .build(Set.copyOf(RUNTIMES), BuildProgress.NONE);
    RuntimeBases made = new RuntimeBases();
    Path root = unpack(guest.root(), directory.resolve("root"));
    StreamedLayout below = new StreamedLayout(directory.resolve("root-image"));
    below.layer(LAYER, kept -> kept, tar -> write(tar, root));
    for (String runtime : RUNTIMES) {
      Path image = Objects.requireNonNull(guest.runtimes().get(runtime), runtime);
      Path tree = unpack(image, directory.resolve(runtime));
      StreamedLayout base = below.over(directory.resolve(runtime + "-image"));
      base.layer(LAYER, kept -> kept, tar -> write(tar, tree));
      made.bases.add(base);
    }
    return made;
  }

  /** How many there are. */
  int count() {
    return bases.size();
  }

  /** One of them as it is, as an ImageUri. */
  String uri(int base) throws IOException {
    return bases.get(base).finish("/bin/true");
  }

  /**
   * An image of a program over one of them.
   *
   * @param directory is made
   * @return what names it, as an ImageUri
   */
  String program(int base, Path directory, String name, byte[] content) throws IOException {
    StreamedLayout layout = bases.get(base).over(directory);
    layout.layer(
        LAYER,
        kept -> kept,
        tar -> StreamedLayout.put(tar, name, content, 0, content.length, PROGRAM_MODE));
    return layout.finish("/" + name);
  }

  private static Path unpack(Path image, Path directory) throws IOException {
    Command.run(UNPACK_TIMEOUT, List.of("fsck.erofs", "--extract=" + directory, image.toString()));
    return directory;
  }

  private static void write(TarArchiveOutputStream tar, Path root) throws IOException {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.filter(each -> !each.equals(root)).sorted().toList()) {
        String name = root.relativize(path).toString();
        if (Files.isSymbolicLink(path)) {
          TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
          link.setLinkName(Files.readSymbolicLink(path).toString());
          add(tar, link);
        } else if (Files.isDirectory(path)) {
          TarArchiveEntry directory = new TarArchiveEntry(name + "/");
          directory.setMode(mode(path));
          add(tar, directory);
        } else {
          byte[] content = Files.readAllBytes(path);
          StreamedLayout.put(tar, name, content, 0, content.length, mode(path));
        }
      }
    }
  }

  private static void add(TarArchiveOutputStream tar, TarArchiveEntry entry) throws IOException {
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private static int mode(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & MODE_BITS;
  }
}
