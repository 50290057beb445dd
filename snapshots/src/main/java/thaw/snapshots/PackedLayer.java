package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** Pages of memory and of read-only disks, as a page access log names them. */
  private final List<Integer> pages = new ArrayList<>();

  private final List<Integer> diskPages = new ArrayList<>();
  private final TreeMap<Integer, Integer> memory = new TreeMap<>();
  private final TreeMap<Integer, Integer> disk = new TreeMap<>();
  private final TreeMap<Integer, Integer> readOnly = new TreeMap<>();
  private Map<Integer, PageSource> disks = Map.of();
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

  static PackedLayer of(
      SnapshotLayer layer, byte[] state, Optional<PageAccessLog> log, ReadOnlyDisks disks)
      throws IOException {
    PackedLayer packed = new PackedLayer(layer, state.length);
    if (log.isPresent()) {
      packed.disks = disks.open();
      packed.addWorkingSet(log.get());
    }
    packed.hotSlots = packed.stateSlots() + packed.pages.size();
    packed.addTheRest();
    return packed;
  }

  private void addWorkingSet(PageAccessLog log) throws IOException {
    PageSource content = layer.memory();
    for (int entry : log.pages()) {
      int page = PageAccessLog.page(entry);
      if (PageAccessLog.file(entry) == PageAccessLog.MEMORY) {
        if (!memory.containsKey(page)) {
          memory.put(page, addUnlessZero(entry, content.page(page)));
        }
      } else if (!readOnly.containsKey(entry)) {
        PageSource of = disks.get(PageAccessLog.file(entry));
        if (of != null) { // else every worker has it
          readOnly.put(entry, addUnlessZero(entry, of.page(page)));
        }
      }
    }
  }

  private int addUnlessZero(int entry, Optional<MemorySegment> bytes) {
    return bytes.isEmpty() || bytes.get().mismatch(PageSource.ZERO_PAGE) < 0
        ? PageTable.ZERO_SLOT
        : add(entry);
  }

  private int add(int entry) {
    pages.add(entry);
    return stateSlots() + pages.size() - 1;
  }

  private void addTheRest() throws IOException {
    layer
        .ownMemory()
        .forEach((page, slot) -> {
          if (slot == PageTable.ZERO_SLOT) {
            memory.put(page, PageTable.ZERO_SLOT);
          } else if (!memory.containsKey(page)) {
            memory.put(page, add(PageAccessLog.entry(PageAccessLog.MEMORY, page)));
          }
        });
    layer
        .ownDisk()
        .forEach((page, slot) -> {
          disk.put(
              page,
              slot == PageTable.ZERO_SLOT
                  ? PageTable.ZERO_SLOT
                  : stateSlots() + pages.size() + diskPages.size());
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
        table(memory),
        table(disk),
        table(readOnly),
        PageRuns.of(layer.memoryBelow()),
        0,
        stateBytes,
        log);
  }

  private static PageTable table(SortedMap<Integer, Integer> slots) {
    PageTable.Builder builder = new PageTable.Builder(slots.size());
    slots.forEach(builder::add);
    return builder.build();
  }

  /** Gives the pages behind the device state, in the order of their slots. */
  void writePages(Sink sink) throws IOException {
    PageSource content = layer.memory();
    for (int entry : pages) {
      int file = PageAccessLog.file(entry);
      PageSource of =
          file == PageAccessLog.MEMORY ? content : disks.getOrDefault(file, PageSource.zeros());
      sink.accept(of.page(PageAccessLog.page(entry)).orElse(PageSource.ZERO_PAGE));
    }
    PageSource tmp = layer.disk();
    for (int page : diskPages) {
      sink.accept(tmp.page(page).orElse(PageSource.ZERO_PAGE));
    }
  }
}
