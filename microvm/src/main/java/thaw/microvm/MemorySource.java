package thaw.microvm;

/** What the memory of a resumed VM is read from. */
public enum MemorySource {
  /** The sparse file system: a page is moved when it is touched, or pushed. */
  SPARSE,
  /** A plain file that is written out for each resume: what the other is measured against. */
  PLAIN
}
