package thaw.microvm;

/** What the guest's memory is made of. */
enum MemoryBacking {
  /** Anonymous memory of QEMU's. */
  ANONYMOUS,
  /** A file that is read and never written: what the guest writes is QEMU's own copy. */
  PRIVATE_FILE,
  /** A file that what the guest writes goes to, as far as it is flushed. */
  SHARED_FILE;

  static MemoryBacking of(boolean fromSnapshot, boolean capturable) {
    if (capturable) {
      return SHARED_FILE;
    }
    return fromSnapshot ? PRIVATE_FILE : ANONYMOUS;
  }
}
