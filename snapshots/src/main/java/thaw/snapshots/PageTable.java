package thaw.snapshots;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where each page of a layer is packed: a sorted array of page numbers and beside it their slots. A
 * slot is a page's place in the layer's chunks; {@link #ZERO_SLOT} says that the page is all zeros
 * here although it is not in the parent.
 */
final class PageTable {
  static final int ZERO_SLOT = -1;

  /** What {@link #slot} returns for a page that this layer does not have. */
  static final int NO_SLOT = -2;

  static final int ENTRY_BYTES = 8;
  static final PageTable EMPTY = new PageTable(new int[0], new int[0]);

  private final int[] pages;
  private final int[] slots;

  private PageTable(int[] pages, int[] slots) {
    this.pages = pages;
    this.slots = slots;
  }

  int slot(long page) {
    int index = Arrays.binarySearch(pages, Math.toIntExact(page));
    return index < 0 ? NO_SLOT : slots[index];
  }

  int count() {
    return pages.length;
  }

  /** Visits all entries, by ascending page. */
  void forEach(Visitor visitor) {
    for (int index = 0; index < pages.length; index++) {
      visitor.visit(pages[index], slots[index]);
    }
  }

  /** Told of an entry. */
  @FunctionalInterface
  interface Visitor {
    void visit(int page, int slot);
  }

  void writeTo(ByteBuffer out) {
    out.putInt(pages.length);
    for (int index = 0; index < pages.length; index++) {
      out.putInt(pages[index]).putInt(slots[index]);
    }
  }

  int encodedBytes() {
    return 4 + pages.length * ENTRY_BYTES;
  }

  /**
   * Reads a table; the manifest it is part of has been authenticated, yet sizes are checked so that
   * a bug cannot become a wild allocation.
   */
  static PageTable readFrom(ByteBuffer in, long totalPages) throws DamagedSnapshotException {
    int count = in.getInt();
    if (count < 0 || count > totalPages || (long) count * ENTRY_BYTES > in.remaining()) {
      throw new DamagedSnapshotException("a page table claims " + count + " entries");
    }
    Builder builder = new Builder(count);
    int last = -1;
    for (int index = 0; index < count; index++) {
      int page = in.getInt();
      int slot = in.getInt();
      if (page <= last || page >= totalPages || slot < ZERO_SLOT) {
        throw new DamagedSnapshotException(
            "page " + page + " at slot " + slot + " is out of order");
      }
      builder.add(page, slot);
      last = page;
    }
    return builder.build();
  }

  /** Checks that every page lies in a chunk that is there. */
  void requireSlotsBelow(int totalSlots) throws DamagedSnapshotException {
    for (int index = 0; index < slots.length; index++) {
      if (slots[index] >= totalSlots) {
        throw new DamagedSnapshotException(
            "page " + pages[index] + " has slot " + slots[index] + " of " + totalSlots);
      }
    }
  }

  /** Collects entries in ascending order of pages. */
  static final class Builder {
    private int[] pages;
    private int[] slots;
    private int count;

    Builder(int expected) {
      pages = new int[Math.max(16, expected)];
      slots = new int[pages.length];
    }

    void add(int page, int slot) {
      if (count == pages.length) {
        pages = Arrays.copyOf(pages, count * 2);
        slots = Arrays.copyOf(slots, count * 2);
      }
      pages[count] = page;
      slots[count++] = slot;
    }

    PageTable build() {
      return new PageTable(Arrays.copyOf(pages, count), Arrays.copyOf(slots, count));
    }
  }
}
