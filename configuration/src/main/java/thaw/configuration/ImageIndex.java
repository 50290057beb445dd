package thaw.configuration;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import thaw.images.ImageConfig;
import thaw.model.FunctionImage;

/** The images of functions, in memory. */
final class ImageIndex {
  private static final String SNAP_START = "com.amazonaws.lambda.feature.snapstart";

  private final Map<Key, ImageRow> images = new ConcurrentHashMap<>();

  private record Key(String accountId, String functionName, String digestHex) {}

  void put(ImageRow row) {
    images.put(new Key(row.accountId(), row.functionName(), row.digestHex()), row);
  }

  /** The image of a function whose document says that it is one. */
  ImageRow get(String accountId, FunctionConfiguration document) {
    return Objects.requireNonNull(
        images.get(new Key(accountId, document.functionName(), Documents.codeSha256Hex(document))),
        () -> "no image of " + document.functionArn());
  }

  /** How a function is run if it is an image: what ImageConfig leaves out is the image's own. */
  Optional<FunctionImage> image(String accountId, FunctionConfiguration document) {
    if (!Documents.isImage(document)) {
      return Optional.empty();
    }
    ImageConfig own = get(accountId, document).config();
    software.amazon.awssdk.services.lambda.model.ImageConfig asked = Documents.asked(document);
    List<String> entryPoint = asked.hasEntryPoint() ? asked.entryPoint() : own.entryPoint();
    List<String> command = asked.hasCommand() ? asked.command() : own.command();
    String directory =
        asked.workingDirectory() == null ? own.workingDirectory() : asked.workingDirectory();
    return Optional.of(
        new FunctionImage(
            java.util.stream.Stream.concat(entryPoint.stream(), command.stream()).toList(),
            own.environment(),
            directory.isEmpty() ? "/" : directory,
            "Allow".equals(own.labels().get(SNAP_START))));
  }
}
