package thaw.sparsefs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One thread's message to the kernel: a head (header and fixed structure) and after it pages that
 * stay where they are. Sent by one {@code writev}; pages that follow each other in memory share a
 * vector. Used again for every message.
 */
final class Reply {
  /** Largest number of pages in one message: the kernel's limit on vectors is 1,024. */
  static final int MAX_PAGES = 256;

  private static final int HEAD_BYTES = 4096;
  private static final int VECTOR_BYTES = 16;

  private final MemorySegment head;
  private final MemorySegment vectors;

  /** The pages of this message: whoever gave them may hold them no more, and the kernel may. */
  private final @Nullable MemorySegment[] pages = new MemorySegment[MAX_PAGES];

  private int pageCount;
  private long headBytes;
  private int count;
  private long totalBytes;

  Reply(Arena arena) {
    head = arena.allocate(HEAD_BYTES, 8);
    vectors = arena.allocate((long) VECTOR_BYTES * (MAX_PAGES + 1), 8);
  }

  /** Starts a message; what the caller writes behind the header goes into the segment returned. */
  MemorySegment start(long unique, int errorOrNotification, int structureBytes) {
    headBytes = FuseProtocol.OUT_HEADER_BYTES + (long) structureBytes;
    head.asSlice(0, headBytes).fill((byte) 0);
    head.set(FuseProtocol.INT, 4, errorOrNotification);
    head.set(FuseProtocol.LONG, 8, unique);
    count = 1;
    pageCount = 0;
    totalBytes = headBytes;
    return head.asSlice(FuseProtocol.OUT_HEADER_BYTES, HEAD_BYTES - FuseProtocol.OUT_HEADER_BYTES);
  }

  /** Adds bytes that the kernel copies straight from where they are. */
  void add(MemorySegment bytes) {
    long address = bytes.address();
    long length = bytes.byteSize();
    long last = (long) VECTOR_BYTES * (count - 1);
    if (count > 1
        && vectors.get(FuseProtocol.LONG, last) + vectors.get(FuseProtocol.LONG, last + 8)
            == address) {
      vectors.set(FuseProtocol.LONG, last + 8, vectors.get(FuseProtocol.LONG, last + 8) + length);
    } else {
      vectors.set(FuseProtocol.LONG, last + VECTOR_BYTES, address);
      vectors.set(FuseProtocol.LONG, last + VECTOR_BYTES + 8, length);
      count++;
    }
    pages[pageCount++] = bytes;
    totalBytes += length;
  }

  /** Sends the message; returns 0 or {@code -errno}. */
  int send(int fd) {
    head.set(FuseProtocol.INT, 0, Math.toIntExact(totalBytes));
    vectors.set(FuseProtocol.LONG, 0, head.address());
    vectors.set(FuseProtocol.LONG, 8, headBytes);
    long sent = Libc.writev(fd, vectors, count);
    Arrays.fill(pages, 0, pageCount, null);
    pageCount = 0;
    return sent < 0 ? (int) sent : 0;
  }
}
