package thaw.images;

import java.io.IOException;
import java.io.InputStream;

/** A place that has images. */
interface ImageSource {
  /** Finds an image. */
  ResolvedImage resolve() throws IOException;

  /** Opens a layer as it is kept there; what comes is not verified yet. */
  InputStream open(ResolvedImage.Layer layer) throws IOException;
}
