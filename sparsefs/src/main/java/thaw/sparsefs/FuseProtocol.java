package thaw.sparsefs;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The parts of the kernel's FUSE protocol (version 7.31 and later) that the server speaks: opcodes,
 * flags, sizes and offsets of the structures in {@code linux/fuse.h}.
 */
final class FuseProtocol {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final int MAJOR = 7;
  static final int MINOR = 31;

  static final int LOOKUP = 1;
  static final int FORGET = 2;
  static final int GETATTR = 3;
  static final int SETATTR = 4;
  static final int OPEN = 14;
  static final int READ = 15;
  static final int WRITE = 16;
  static final int STATFS = 17;
  static final int RELEASE = 18;
  static final int FSYNC = 20;
  static final int FLUSH = 25;
  static final int INIT = 26;
  static final int OPENDIR = 27;
  static final int READDIR = 28;
  static final int RELEASEDIR = 29;
  static final int FSYNCDIR = 30;
  static final int ACCESS = 34;
  static final int INTERRUPT = 36;
  static final int DESTROY = 38;
  static final int BATCH_FORGET = 42;

  static final int NOTIFY_INVAL_INODE = 2;
  static final int NOTIFY_INVAL_ENTRY = 3;
  static final int NOTIFY_STORE = 4;

  /**
   * INIT flags: reads of one file in parallel; writes larger than a page; lookups in parallel; how
   * many pages a request may have.
   */
  static final int INIT_FLAGS = 1 | (1 << 5) | (1 << 18) | (1 << 22);

  /**
   * OPEN reply flag: closing asks nothing of us. Who wants written pages to arrive says so by
   * fsync; and a process that ends must not wait for a server that may have ended before.
   */
  static final int OPEN_NO_FLUSH = 1 << 5;

  /** OPEN reply flag: what the page cache holds stays valid. */
  static final int OPEN_KEEP_CACHE = 2;

  /** OPEN reply flag: reads and writes pass the page cache by. */
  static final int OPEN_DIRECT_IO = 1;

  /** {@code FUSE_DEV_IOC_CLONE}: {@code _IOR(229, 0, uint32_t)}. */
  static final long DEV_IOC_CLONE = 0x8004e500L;

  static final int IN_HEADER_BYTES = 40;
  static final int OUT_HEADER_BYTES = 16;
  static final int ATTR_BYTES = 88;
  static final int ENTRY_OUT_BYTES = 40 + ATTR_BYTES;
  static final int ATTR_OUT_BYTES = 16 + ATTR_BYTES;
  static final int INIT_OUT_BYTES = 64;
  static final int OPEN_OUT_BYTES = 16;
  static final int WRITE_IN_BYTES = 40;
  static final int WRITE_OUT_BYTES = 8;
  static final int STATFS_OUT_BYTES = 80;
  static final int STORE_OUT_BYTES = 24;
  static final int INVAL_ENTRY_OUT_BYTES = 16;
  static final int INVAL_INODE_OUT_BYTES = 24;

  static final int S_IFDIR = 0x4000;
  static final int S_IFREG = 0x8000;

  static final long ROOT_NODE = 1;

  private FuseProtocol() {}
}
