package thaw.snapshots;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import thaw.sparsefs.PageSource;

/**
 * What stands before the pages of a published layer: where they are, and in which order a resume
 * wants them. Device state and working set follow at once. The format is specified in
 * docs/snapshot-format.md; the chunk store authenticates it.
 *
 * @param memory table of the VM's memory: the layer's own pages, and those of its parents that its
 *     resumes touch
 * @param disk table of the /tmp disk
 * @param readOnly pages of read-only disks that its resumes touch; numbered as in the access log
 * @param below the pages of memory that are not zero in the parents: what neither table nor parents
 *     have is zero, and no parent is opened to find that out
 * @param stateSlot slot at which the device state starts
 * @param stateBytes length of the device state
 * @param accessLog which pages its resumes touch, if that is known
 */
record ResumeBundle(
    PageTable memory,
    PageTable disk,
    PageTable readOnly,
    PageRuns below,
    int stateSlot,
    int stateBytes,
    Optional<PageAccessLog> accessLog) {
  /** Length of the part from which the whole length can be told. */
  static final int HEAD_BYTES = 16;

  private static final byte[] MAGIC = "THAWBNDL".getBytes(StandardCharsets.US_ASCII);
  static final int FORMAT_VERSION = 3;

  /** Its bytes, filled up to whole pages. */
  byte[] encode() {
    List<Integer> log = accessLog.map(PageAccessLog::pages).orElse(List.of());
    int bytes =
        HEAD_BYTES
            + memory.encodedBytes()
            + disk.encodedBytes()
            + readOnly.encodedBytes()
            + below.encodedBytes()
            + 12
            + 4 * log.size();
    int whole = Math.ceilDiv(bytes, PageSource.PAGE_BYTES) * PageSource.PAGE_BYTES;
    ByteBuffer out = ByteBuffer.allocate(whole);
    out.put(MAGIC).putInt(FORMAT_VERSION).putInt(whole);
    memory.writeTo(out);
    disk.writeTo(out);
    readOnly.writeTo(out);
    below.writeTo(out);
    out.putInt(stateSlot).putInt(stateBytes).putInt(accessLog.isPresent() ? log.size() : -1);
    log.forEach(out::putInt);
    return out.array();
  }

  /**
   * Length of a bundle, bytes: the slots begin behind it.
   *
   * @param head its first {@link #HEAD_BYTES}
   */
  static int encodedBytes(byte[] head, long most) throws DamagedSnapshotException {
    ByteBuffer in = ByteBuffer.wrap(head);
    byte[] magic = new byte[MAGIC.length];
    in.get(magic);
    if (!Arrays.equals(magic, MAGIC) || in.getInt() != FORMAT_VERSION) {
      throw new DamagedSnapshotException("not a resume bundle of format version " + FORMAT_VERSION);
    }
    int bytes = in.getInt();
    if (bytes < HEAD_BYTES || bytes > most || bytes % PageSource.PAGE_BYTES != 0) {
      throw new DamagedSnapshotException("a resume bundle claims " + bytes + " bytes");
    }
    return bytes;
  }

  /** Reads what {@link #encode} made. */
  static ResumeBundle decode(byte[] bytes, SnapshotHeader header) throws DamagedSnapshotException {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes).position(HEAD_BYTES);
      PageTable memory = PageTable.readFrom(in, header.memoryBytes() / PageSource.PAGE_BYTES);
      PageTable disk = PageTable.readFrom(in, header.diskBytes() / PageSource.PAGE_BYTES);
      PageTable readOnly = PageTable.readFrom(in, PageAccessLog.ENTRIES_END);
      PageRuns below = PageRuns.readFrom(in, header.memoryBytes() / PageSource.PAGE_BYTES);
      int stateSlot = in.getInt();
      int stateBytes = in.getInt();
      int count = in.getInt();
      if (stateSlot < 0 || stateBytes < 0 || count < -1 || count > in.remaining() / 4) {
        throw new DamagedSnapshotException("a resume bundle is garbled");
      }
      List<Integer> log = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        log.add(in.getInt());
      }
      return new ResumeBundle(
          memory,
          disk,
          readOnly,
          below,
          stateSlot,
          stateBytes,
          count < 0 ? Optional.empty() : Optional.of(new PageAccessLog(log)));
    } catch (BufferUnderflowException e) {
      throw new DamagedSnapshotException("a resume bundle is cut off", e);
    }
  }
}
