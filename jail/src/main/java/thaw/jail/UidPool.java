package thaw.jail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;

/**
 * User ids for what runs on a guest's behalf. No two live processes of any Thaw on this host share
 * one: each instance holds a block of the range by a file lock, and gives out the ids in turn.
 */
public final class UidPool implements AutoCloseable {
  private static final int BLOCKS_MAX = 1_024;

  private final Lock lock;
  private final int first;
  private final int count;
  private final BitSet taken = new BitSet();
  private int next;

  private UidPool(Lock lock, int first, int count) {
    this.lock = lock;
    this.first = first;
    this.count = count;
  }

  /**
   * Takes the first free block.
   *
   * @param directory holds a lock file per block, shared by all instances on the host
   * @param firstUid where the first block starts
   * @param count ids in a block
   */
  public static UidPool open(Path directory, int firstUid, int count) throws IOException {
    Files.createDirectories(directory);
    for (int block = 0; block < BLOCKS_MAX; block++) {
      int first = firstUid + block * count;
      Optional<Lock> lock = Lock.tryTake(directory.resolve(Integer.toString(first)));
      if (lock.isPresent()) {
        return new UidPool(lock.get(), first, count);
      }
    }
    throw new IOException("all blocks of user ids in " + directory + " are taken");
  }

  /** Takes an id that has been free for longest. */
  public synchronized int take() throws IOException {
    if (taken.cardinality() == count) {
      throw new IOException("all " + count + " user ids of sandboxes are taken");
    }
    while (taken.get(next)) {
      next = (next + 1) % count;
    }
    int index = next;
    taken.set(index);
    next = (index + 1) % count;
    return first + index;
  }

  /** Gives an id back, once nothing runs under it any more. */
  public synchronized void giveBack(int uid) {
    taken.clear(uid - first);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
