package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The sets of guest images that are in a cache directory. */
public final class GuestImageCatalog {
  private final CacheLayout layout;

  public GuestImageCatalog(Path cacheDir) {
    this.layout = new CacheLayout(cacheDir);
  }

  /**
   * A set in the cache.
   *
   * @param identity as in {@link GuestImages#identity}
   * @param directory that holds it
   * @param builtAt when its first images were built
   * @param bootTested whether a VM of it came up on this machine
   * @param runtimes that are built
   * @param images every file of it
   * @param packages what is in it, one line each: name=version sha256 size archive:path, after a
   *     line [kernel], [root] or [runtime NAME]; npm's name=version integrity path, after a line
   *     [npm NAME]
   */
  public record Entry(
      String identity,
      Path directory,
      Instant builtAt,
      boolean bootTested,
      SortedSet<String> runtimes,
      List<ImageSummary> images,
      List<String> packages) {
    /** Of all images, without the holes in them. */
    public long contentBytes() {
      return images.stream().mapToLong(ImageSummary::contentBytes).sum();
    }
  }

  /** All of them, the newest first. */
  public List<Entry> list() throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (Files.isDirectory(layout.images())) {
      try (Stream<Path> sets = Files.list(layout.images())) {
        for (Path set : sets.filter(Files::isDirectory).toList()) {
          entries.add(entry(set));
        }
      }
    }
    entries.sort(Comparator.comparing(Entry::builtAt).reversed());
    return entries;
  }

  private Entry entry(Path set) throws IOException {
    String identity = set.getFileName().toString();
    GuestImages images =
        layout.find(identity).orElseThrow(() -> new IOException(set + " was deleted meanwhile"));
    List<ImageSummary> summaries = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(set)) {
      for (Path file : walk.sorted().toList()) {
        if (file.toString().endsWith(CacheLayout.SUMMARY)) {
          summaries.add(ImageSummary.read(set, file));
        }
      }
    }
    Path lock = set.resolve(CacheLayout.LOCK);
    return new Entry(
        identity,
        set,
        Files.getLastModifiedTime(lock).toInstant(),
        images.bootTested(),
        new TreeSet<>(images.runtimes().keySet()),
        summaries,
        Files.readAllLines(lock));
  }
}
