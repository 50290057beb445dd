package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.sparsefs.PageSource;

/** Layers whose every page of memory is filled with one byte. */
final class FilledLayers {
  static final int PAGES = 300;
  static final long BYTES = (long) PAGES * PageSource.PAGE_BYTES;
  private static final byte[] STATE = {1};

  private FilledLayers() {}

  /** The id of the layer that {@link #draft} makes. */
  static String id(Kind kind, Optional<String> parent) {
    return header(kind, parent).id();
  }

  private static SnapshotHeader header(Kind kind, Optional<String> parent) {
    return new SnapshotHeader(kind, parent, Map.of("kernel", "6.1"), 1, BYTES, BYTES);
  }

  static LayerDraft draft(int fill, Kind kind, Optional<SnapshotLayer> parent) {
    MemorySegment memory = Arena.ofAuto().allocate(BYTES, PageSource.PAGE_BYTES);
    memory.fill((byte) fill);
    BitSet all = new BitSet();
    all.set(0, PAGES);
    PageSource pages =
        page -> Optional.of(memory.asSlice(page * PageSource.PAGE_BYTES, PageSource.PAGE_BYTES));
    return new LayerDraft(
        header(kind, parent.map(layer -> layer.header().id())),
        parent,
        all,
        pages,
        new BitSet(),
        PageSource.zeros(),
        STATE);
  }

  /**
   * Reads all of a layer.
   *
   * @return the byte that every byte of its memory is
   * @throws IllegalStateException if they are not all alike
   */
  static int fill(SnapshotLayer layer) throws IOException {
    int fill = layer.memory().page(0).orElseThrow().get(ValueLayout.JAVA_BYTE, 0);
    for (int page = 0; page < PAGES; page++) {
      for (byte each : layer.memory().page(page).orElseThrow().toArray(ValueLayout.JAVA_BYTE)) {
        if (each != fill) {
          throw new IllegalStateException("page " + page + " has " + each + " and not " + fill);
        }
      }
    }
    if (!java.util.Arrays.equals(layer.deviceState(), STATE)) {
      throw new IllegalStateException("the device state is another");
    }
    return fill;
  }
}
