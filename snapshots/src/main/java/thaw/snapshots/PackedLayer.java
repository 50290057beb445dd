package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import thaw.sparsefs.PageSource;

/**
 * How a layer's pages are laid out when it is published: device state, then the pages of the access
 * log in its order, whichever layer they come from, then what else the layer has.
 */
final class PackedLayer {
  private final SnapshotLayer layer;
  private final int stateBytes;
  private final List<Integer> memoryPages = new ArrayList<>();
  private final List<Integer> diskPages = new ArrayList<>();
  private final TreeMap<Integer, Integer> memory = new TreeMap<>();
  private final TreeMap<Integer, Integer> disk = new TreeMap<>();
  private int hotSlots;

  /** Takes a page. */
  @FunctionalInterface
  interface Sink {
    void accept(MemorySegment page) throws IOException;
  }

  private PackedLayer(SnapshotLayer layer, int stateBytes) {
    this.layer = layer;
    this.stateBytes = stateBytes;
  }

  static PackedLayer of(SnapshotLayer layer, byte[] state, Optional<PageAccessLog> log)
      throws IOException {
    PackedLayer packed = new PackedLayer(layer, state.length);
    if (log.isPresent()) {
      packed.addWorkingSet(log.get());
    }
    packed.hotSlots = packed.stateSlots() + packed.memoryPages.size();
    packed.addTheRest();
    return packed;
  }

  private void addWorkingSet(PageAccessLog log) throws IOException {
    PageSource content = layer.memory();
    for (int entry : log.pages()) {
      int page = PageAccessLog.page(entry);
      if (PageAccessLog.file(entry) != PageAccessLog.MEMORY || memory.containsKey(page)) {
        continue;
      }
      Optional<MemorySegment> bytes = content.page(page);
      if (bytes.isEmpty() || bytes.get().mismatch(PageSource.ZERO_PAGE) < 0) {
        memory.put(page, PageTable.ZERO_SLOT);
      } else {
        addMemory(page);
      }
    }
  }

  private void addMemory(int page) {
    memory.put(page, stateSlots() + memoryPages.size());
    memoryPages.add(page);
  }

  private void addTheRest() throws IOException {
    layer
        .ownMemory()
        .forEach((page, slot) -> {
          if (slot == PageTable.ZERO_SLOT) {
            memory.put(page, PageTable.ZERO_SLOT);
          } else if (!memory.containsKey(page)) {
            addMemory(page);
          }
        });
    layer
        .ownDisk()
        .forEach((page, slot) -> {
          disk.put(
              page,
              slot == PageTable.ZERO_SLOT
                  ? PageTable.ZERO_SLOT
                  : stateSlots() + memoryPages.size() + diskPages.size());
          if (slot != PageTable.ZERO_SLOT) {
            diskPages.add(page);
          }
        });
  }

  /** Slots that the device state takes; it comes first. */
  int stateSlots() {
    return Math.ceilDiv(stateBytes, PageSource.PAGE_BYTES);
  }

  /** Slots of what a resume wants at once. */
  int hotSlots() {
    return hotSlots;
  }

  ResumeBundle bundle(Optional<PageAccessLog> log) throws IOException {
    return new ResumeBundle(
        table(memory), table(disk), PageRuns.of(layer.memoryBelow()), 0, stateBytes, log);
  }

  private static PageTable table(SortedMap<Integer, Integer> slots) {
    PageTable.Builder builder = new PageTable.Builder(slots.size());
    slots.forEach(builder::add);
    return builder.build();
  }

  /** Gives the pages behind the device state, in the order of their slots. */
  void writePages(Sink sink) throws IOException {
    PageSource content = layer.memory();
    for (int page : memoryPages) {
      sink.accept(content.page(page).orElse(PageSource.ZERO_PAGE));
    }
    PageSource tmp = layer.disk();
    for (int page : diskPages) {
      sink.accept(tmp.page(page).orElse(PageSource.ZERO_PAGE));
    }
  }
}
