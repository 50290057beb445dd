package thaw.code;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The note beside a disk image that says what the image must be; written last, so an image without
 * it is unfinished.
 *
 * @param layout which layout of images wrote it
 * @param imageBytes how much of the file is image; the rest is a hole
 * @param sha256Hex hash of these bytes
 */
record ImageMarker(int layout, long imageBytes, String sha256Hex) {
  /** Changes when the same archive would give another image; older images are then made anew. */
  static final int LAYOUT = 3;

  void writeTo(Path file, Path temporary) throws IOException {
    String text = layout + " " + imageBytes + " " + sha256Hex + "\n";
    DurableFile.write(
        file, temporary, 0, out -> out.write(text.getBytes(StandardCharsets.US_ASCII)));
  }

  /** Empty if there is none, or none that this version of Thaw can use. */
  static Optional<ImageMarker> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String[] words =
        new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).trim().split(" ", -1);
    try {
      return words.length == 3 && Integer.parseInt(words[0]) == LAYOUT
          ? Optional.of(new ImageMarker(LAYOUT, Long.parseLong(words[1]), words[2]))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether the image is the one this was written for: reads it all. */
  boolean matches(Path image, long virtualBytes) throws IOException {
    return Files.exists(image)
        && Files.size(image) == virtualBytes
        && Sha256.ofFile(image, imageBytes).equals(sha256Hex);
  }
}
