package thaw.snapshots;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.sparsefs.PageSource;

/** Layers whose every changed page begins with its number (4 bytes), and is one byte from there. */
final class NumberedLayers {
  static final byte[] STATE = {1, 2, 3};

  private NumberedLayers() {}

  /**
   * A layer that changes some pages.
   *
   * @param pages how many the memory has
   * @param from the first that it changes
   * @param to the first behind those
   */
  static LayerDraft draft(
      int pages, int fill, int from, int to, Kind kind, Optional<LayerHandle> parent) {
    long bytes = (long) pages * PageSource.PAGE_BYTES;
    MemorySegment page = Arena.ofAuto().allocate(PageSource.PAGE_BYTES, PageSource.PAGE_BYTES);
    BitSet changed = new BitSet();
    changed.set(from, to);
    PageSource content =
        number -> {
          page.fill((byte) fill);
          page.set(ValueLayout.JAVA_INT, 0, (int) number);
          return Optional.of(page);
        };
    return new LayerDraft(
        new SnapshotHeader(
            kind, parent.map(LayerHandle::id), Map.of("kernel", "6.1"), 1, bytes, bytes),
        parent.map(LayerHandle::layer),
        changed,
        content,
        new BitSet(),
        PageSource.zeros(),
        STATE);
  }
}
