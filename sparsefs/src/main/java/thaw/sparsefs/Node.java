package thaw.sparsefs;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What has a node id: a directory or a file. Ids are never used twice. */
sealed interface Node {
  long id();

  /** File type and permission bits, as in {@code st_mode}. */
  int mode();

  int uid();

  long sizeBytes();

  /** A directory; only the root holds directories, and only those hold files. */
  record Directory(long id, int mode, int uid, Map<String, Node> children) implements Node {
    Directory(long id, int permissions, int uid) {
      this(id, FuseProtocol.S_IFDIR | permissions, uid, new ConcurrentHashMap<>());
    }

    @Override
    public long sizeBytes() {
      return 0;
    }
  }

  /**
   * A file; {@code file} knows its content.
   *
   * @param shared whether it may stand in several directories: who sees one of them may read it
   */
  record Regular(long id, SparseFile file, boolean shared) implements Node {
    @Override
    public int mode() {
      int own = file.writable() ? 0600 : 0400;
      return FuseProtocol.S_IFREG | (shared ? 0444 : own);
    }

    @Override
    public int uid() {
      return file.uid();
    }

    @Override
    public long sizeBytes() {
      return file.sizeBytes();
    }
  }
}
