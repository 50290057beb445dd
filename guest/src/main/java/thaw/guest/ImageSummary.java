package thaw.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What is known of one image file.
 *
 * @param name of the file, below its set
 * @param contentBytes without the hole at its end
 * @param sha256 of those bytes, lower-case hex
 */
public record ImageSummary(String name, long contentBytes, String sha256) {

  /** Writes the summary of {@code image} beside it. */
  static void write(Path image, long contentBytes) throws IOException {
    Files.writeString(
        image.resolveSibling(image.getFileName() + CacheLayout.SUMMARY),
        Hashes.ofStart(image, contentBytes) + " " + contentBytes + "\n");
  }

  static ImageSummary read(Path set, Path summary) throws IOException {
    List<String> words = List.of(Files.readString(summary).strip().split(" "));
    String name = set.relativize(summary).toString();
    return new ImageSummary(
        name.substring(0, name.length() - CacheLayout.SUMMARY.length()),
        Long.parseLong(words.getLast()),
        words.getFirst());
  }
}
