package thaw.chunks;

import java.io.IOException;

/** An origin belongs to another platform, which alone knows what in it is live. */
public final class ForeignOriginException extends IOException {
  ForeignOriginException(String place, String owner, String asking) {
    super(
        ("%s holds the chunks of another platform (%s; this one is %s): give this one a place of its"
                + " own (storage.directory, storage.s3.prefix). If the other is gone for good, delete"
                + " all that is there, the object \"%s\" last")
            .formatted(place, owner, asking, OwnedOrigin.MARK));
  }
}
