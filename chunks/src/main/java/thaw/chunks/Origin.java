package thaw.chunks;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where chunks and manifests are kept for good. Objects are never changed: a name is the hash of
 * the bytes. Used by many threads at once.
 *
 * <p>An origin is not trusted: whoever reads verifies the hash. Every method throws an IOException
 * if the origin fails or does not answer in its time; it can then be called again.
 */
public interface Origin extends AutoCloseable {
  /** Stores an object unless it is there; durable when it returns. */
  void put(ObjectName name, byte[] bytes) throws IOException;

  /**
   * An object's bytes, not verified.
   *
   * @return empty if it is not there
   */
  Optional<byte[]> get(ObjectName name) throws IOException;

  /** Whether an object is there. */
  boolean contains(ObjectName name) throws IOException;

  /**
   * Puts an object into another root too, without its bytes passing through here; durable when it
   * returns. No effect if it is there already.
   *
   * @return false if there is no such object
   */
  boolean carryOver(ObjectName name, long toRoot) throws IOException;

  /** Names every object of a kind in a root, in no order. */
  void list(long root, ObjectName.Kind kind, Consumer<Hash> visitor) throws IOException;

  /** Deletes an object; no effect if it is not there. */
  void delete(ObjectName name) throws IOException;

  /** Deletes all objects of a root. After a crash half of them may be left: call it again. */
  void deleteRoot(long root) throws IOException;

  /**
   * Says whose the origin is, unless it is somebody's already; durable when it returns.
   *
   * @param mark what says so
   * @return the mark that is there now, not verified
   */
  byte[] claim(byte[] mark) throws IOException;

  /**
   * Makes ready what the first reads would have to wait for: connections, and compiled code. No
   * effect if the origin does not answer.
   */
  default void warmUp() {}

  /** Where it is, for people. */
  String place();

  @Override
  void close();
}
