package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where an open layer's pages are: in files of this host, or in the chunk store. */
interface LayerBody {
  /** Table of the VM's memory. */
  PageTable memory() throws IOException;

  /** Table of the /tmp disk. */
  PageTable disk() throws IOException;

  /** Table of pages of read-only disks that it has, too: numbered as in a page access log. */
  default PageTable readOnly() throws IOException {
    return PageTable.EMPTY;
  }

  /** Whether parents may have this page of memory other than zero, if it is not in the table. */
  boolean mayBeBelow(long page) throws IOException;

  /** Slot at which the device state starts. */
  int stateSlot() throws IOException;

  /** Length of the device state. */
  int stateBytes() throws IOException;

  /** How many pages of the /tmp disk it has. */
  int diskPages();

  /** How many pages of memory and disk it has itself. */
  int ownPages();

  /**
   * The page in a slot.
   *
   * @throws DamagedSnapshotException if it is not what was written
   */
  MemorySegment page(int slot) throws IOException;

  /**
   * Begins to bring its tables nearer, if they are far, and does not wait.
   *
   * @param toResume whether all that a resume wants at once comes with them
   */
  default void loadAhead(boolean toResume) {}

  /** Whether the last read of it failed because of where it is kept, and not of what it is. */
  default boolean unreachable() {
    return false;
  }

  /** How many bytes of plaintext it keeps in memory. */
  long residentBytes();

  /** Frees its memory. Nothing may read its pages any more. */
  void close() throws IOException;
}
