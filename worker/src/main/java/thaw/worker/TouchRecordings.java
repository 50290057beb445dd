package thaw.worker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.snapshots.LayerCatalog;
import thaw.snapshots.LayerHandle;
import thaw.snapshots.PageAccessLog;

/**
 * Which pages the first resumes of each layer touched; when enough resumes were recorded, they are
 * merged into the layer's page access log.
 */
final class TouchRecordings {
  private static final Logger LOG = LoggerFactory.getLogger(TouchRecordings.class);

  private final LayerCatalog catalog;
  private final int wanted;
  private final PageCounters pages;
  private final Map<String, List<List<Integer>>> recordings = new HashMap<>();

  TouchRecordings(LayerCatalog catalog, int wanted, PageCounters pages) {
    this.pages = pages;
    this.catalog = catalog;
    this.wanted = wanted;
  }

  /** Whether a resume of this layer is to be recorded. */
  boolean wants(LayerHandle layer) {
    return wanted > 0 && !layer.hasAccessLog();
  }

  /**
   * Adds what one resume touched up to the end of its first invocation.
   *
   * @param layer held by the caller
   * @param touched no effect if it is empty: it was not recorded then
   */
  void add(LayerHandle layer, List<Integer> touched) {
    if (touched.isEmpty()) {
      return;
    }
    List<List<Integer>> enough = addAndTake(layer.layer().contentHash(), touched);
    if (!enough.isEmpty() && !layer.hasAccessLog()) {
      try {
        PageAccessLog log = PageAccessLog.merge(enough);
        catalog.keepAccessLog(layer, log);
        pages.made(log, enough);
      } catch (IOException e) {
        LOG.warn("the page access log of layer {} is not kept", layer.id(), e);
      }
    }
  }

  /** Returns all recordings of the layer when there are enough of them, else none. */
  private synchronized List<List<Integer>> addAndTake(String layer, List<Integer> touched) {
    List<List<Integer>> all = recordings.computeIfAbsent(layer, key -> new ArrayList<>());
    all.add(touched);
    if (all.size() < wanted) {
      return List.of();
    }
    recordings.remove(layer);
    return all;
  }
}
