package thaw.jail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import thaw.sparsefs.PageSource;

/** An empty file system's few pages, as the bottom of a /tmp disk. */
public final class TemplatePages implements PageSource {
  private final Arena arena = Arena.ofAuto();
  private final Map<Long, MemorySegment> pages = new HashMap<>();

  /** Adds bytes; a page they fill in part is zero in the rest. */
  void add(long offset, byte[] bytes) {
    for (int at = 0; at < bytes.length; at += PAGE_BYTES) {
      MemorySegment page = arena.allocate(PAGE_BYTES, PAGE_BYTES);
      int count = Math.min(PAGE_BYTES, bytes.length - at);
      page.copyFrom(MemorySegment.ofArray(bytes).asSlice(at, count));
      pages.put((offset + at) / PAGE_BYTES, page);
    }
  }

  @Override
  public Optional<MemorySegment> page(long page) {
    return Optional.ofNullable(pages.get(page));
  }

  /** Numbers of the pages that are not zero. */
  public BitSet numbers() {
    BitSet numbers = new BitSet();
    pages.keySet().forEach(page -> numbers.set(Math.toIntExact(page)));
    return numbers;
  }
}
