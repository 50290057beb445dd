package thaw.snapshots;

import java.io.IOException;
import java.util.Map;
import thaw.sparsefs.PageSource;

/**
 * The read-only disks that are the same for all resumes of a layer, and that a worker may have to
 * fetch: a function's code and layers, a container image. Asked when a layer is published: what its
 * resumes touch of them is published with it.
 */
@FunctionalInterface
public interface ReadOnlyDisks {
  /** None: what is resumed from the layer has disks of its own. */
  ReadOnlyDisks NONE = Map::of;

  /** Their content, by the number that a page access log has for each. */
  Map<Integer, PageSource> open() throws IOException;
}
