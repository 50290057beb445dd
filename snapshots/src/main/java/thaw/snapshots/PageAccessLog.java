package thaw.snapshots;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The page access log of a layer: which pages its resumes touched, in the order in which the next
 * resume will want them. Merged from several recordings: pages are ordered by the median of their
 * ranks, and those that few of the recordings touched come last. It is a hint: a damaged one is
 * dropped and costs speed, never correctness. Format: docs/snapshot-format.md.
 *
 * @param pages entries, most wanted first. An entry names a file of the sandbox and a page of it:
 *     {@link #entry}
 */
public record PageAccessLog(List<Integer> pages) {
  /** Nothing is known to be touched. */
  public static final PageAccessLog EMPTY = new PageAccessLog(List.of());

  static final String FILE = "access-log";

  /** The file that is the memory. Disks follow. */
  public static final int MEMORY = 0;

  public static final int ROOT = 1;
  public static final int RUNTIME = 2;
  public static final int CODE = 3;
  public static final int OPT = 4;

  /** No entry is as large. */
  static final long ENTRIES_END = 1L << 31;

  /** Longest log, entries. */
  public static final int MAX_PAGES = 1 << 20;

  private static final int PAGE_BITS = 24;
  private static final int MAGIC = 0x54484c32; // "THL2"
  private static final int HEAD_BYTES = 12;

  public PageAccessLog {
    pages = List.copyOf(pages);
  }

  /** The entry of a page; pages of one file that follow each other have entries that do. */
  public static int entry(int file, int page) {
    if (file < 0 || file > 0x7f || page < 0 || page >= 1 << PAGE_BITS) {
      throw new IllegalArgumentException("no log has page " + page + " of file " + file);
    }
    return file << PAGE_BITS | page;
  }

  /** The file that an entry names. */
  public static int file(int entry) {
    return entry >>> PAGE_BITS;
  }

  /** The page that an entry names. */
  public static int page(int entry) {
    return entry & ((1 << PAGE_BITS) - 1);
  }

  /**
   * Merges recordings of several resumes of one layer.
   *
   * @param recordings first touches of each resume, in order, without repetition
   * @return pages that at least half of the resumes touched, by median rank, then the others: one
   *     that is pushed in vain costs its 4 KiB, one that is missing costs a cold worker a way to
   *     the origin
   */
  public static PageAccessLog merge(List<List<Integer>> recordings) {
    Map<Integer, List<Integer>> ranks = new HashMap<>();
    for (List<Integer> recording : recordings) {
      for (int rank = 0; rank < recording.size(); rank++) {
        ranks.computeIfAbsent(recording.get(rank), page -> new ArrayList<>()).add(rank);
      }
    }
    List<Integer> merged =
        ranks.entrySet().stream()
            .sorted(
                Comparator.comparing((Map.Entry<Integer, List<Integer>> entry) ->
                        entry.getValue().size() * 2 < recordings.size())
                    .thenComparingInt(entry -> median(entry.getValue()))
                    .thenComparing(Map.Entry::getKey))
            .map(Map.Entry::getKey)
            .limit(MAX_PAGES)
            .toList();
    return new PageAccessLog(merged);
  }

  /** How many of its entries a resume did not touch: what pushing them wasted. */
  public int unusedIn(List<Integer> recording) {
    Set<Integer> touched = new HashSet<>(recording);
    return (int) pages.stream().filter(entry -> !touched.contains(entry)).count();
  }

  private static int median(List<Integer> values) {
    int[] sorted = values.stream().mapToInt(Integer::intValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** Writes it into a layer's directory, durably. */
  void write(Path layer) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + pages.size() * Integer.BYTES);
    out.putInt(MAGIC).putInt(pages.size()).putInt(0);
    pages.forEach(out::putInt);
    out.putInt(8, checksum(out.array()));
    DurableFiles.write(layer.resolve(FILE), out.array());
  }

  /** Reads a layer's log; empty if it has none or it is damaged (it is then deleted). */
  static Optional<PageAccessLog> read(Path layer) throws IOException {
    Path file = layer.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    boolean whole =
        bytes.length >= HEAD_BYTES
            && in.getInt() == MAGIC
            && in.getInt() == (bytes.length - HEAD_BYTES) / Integer.BYTES
            && in.getInt() == checksum(bytes);
    if (!whole) {
      Files.delete(file);
      return Optional.empty();
    }
    List<Integer> pages = new ArrayList<>();
    while (in.remaining() >= Integer.BYTES) {
      pages.add(in.getInt());
    }
    return Optional.of(new PageAccessLog(pages));
  }

  /** CRC-32C of everything but the checksum itself. */
  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    byte[] copy = Arrays.copyOf(bytes, bytes.length);
    Arrays.fill(copy, 8, HEAD_BYTES, (byte) 0);
    crc.update(copy);
    return (int) crc.getValue();
  }
}
