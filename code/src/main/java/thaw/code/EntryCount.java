package thaw.code;

/**
 * Bounds how many entries an archive can make the parser remember, before it is parsed. The list of
 * an archive is only as long as its bytes say, so the counts in its headers are not looked at.
 */
final class EntryCount {
  private EntryCount() {}

  /**
   * Counts the signatures that begin an entry of the list. It counts those of stored archives
   * inside, and chance hits in compressed data (one per 4 GiB), so it is never too low.
   *
   * @throws thaw.model.LambdaException if there are more than {@link ArchiveTree#NODES}
   */
  static void check(byte[] bytes) {
    int count = 0;
    for (int i = 0; i + 3 < bytes.length; i++) {
      if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1 && bytes[i + 3] == 2) {
        if (++count > ArchiveTree.NODES) {
          throw BadArchive.unreadable("it holds more than " + ArchiveTree.NODES + " entries");
        }
        i += 3;
      }
    }
  }
}
