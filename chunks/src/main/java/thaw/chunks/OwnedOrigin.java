package thaw.chunks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An origin to which only its owner writes, and of which only its owner deletes: the database that
 * knows what in it is live. A mark in the origin says who that is; before the first change it is
 * read, and made if there is none.
 */
final class OwnedOrigin implements Origin {
  /** What the mark is called, beside the roots. */
  static final String MARK = "owner";

  private static final Pattern FORM =
      Pattern.compile("\\{\"formatVersion\":1,\"owner\":\"([0-9a-f-]{36})\"}");

  /** No mark is longer. */
  static final int MARK_BYTES_MAX = 1024;

  private final Origin origin;
  private final String owner;
  private volatile boolean owned;

  OwnedOrigin(Origin origin, String owner) {
    this.origin = origin;
    this.owner = owner;
  }

  /**
   * Sees to it that the origin is the owner's.
   *
   * @throws ForeignOriginException if it is another's
   */
  void requireOwned() throws IOException {
    if (!owned) {
      requireOwned(origin.claim(mark(owner)));
      owned = true;
    }
  }

  private void requireOwned(byte[] mark) throws IOException {
    String text = new String(mark, StandardCharsets.UTF_8);
    Matcher form = FORM.matcher(text);
    if (mark.length > MARK_BYTES_MAX || !form.matches()) {
      throw new DamagedException("what says to whom the origin " + place() + " belongs is damaged");
    }
    if (!form.group(1).equals(owner)) {
      throw new ForeignOriginException(place(), form.group(1), owner);
    }
  }

  private static byte[] mark(String owner) {
    return "{\"formatVersion\":1,\"owner\":\"%s\"}"
        .formatted(owner)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void put(ObjectName name, byte[] bytes) throws IOException {
    requireOwned();
    origin.put(name, bytes);
  }

  @Override
  public Optional<byte[]> get(ObjectName name) throws IOException {
    return origin.get(name);
  }

  @Override
  public boolean contains(ObjectName name) throws IOException {
    return origin.contains(name);
  }

  @Override
  public boolean carryOver(ObjectName name, long toRoot) throws IOException {
    requireOwned();
    return origin.carryOver(name, toRoot);
  }

  @Override
  public void list(long root, ObjectName.Kind kind, Consumer<Hash> visitor) throws IOException {
    origin.list(root, kind, visitor);
  }

  @Override
  public void delete(ObjectName name) throws IOException {
    requireOwned();
    origin.delete(name);
  }

  @Override
  public void deleteRoot(long root) throws IOException {
    requireOwned();
    origin.deleteRoot(root);
  }

  @Override
  public byte[] claim(byte[] mark) throws IOException {
    return origin.claim(mark);
  }

  @Override
  public void warmUp() {
    origin.warmUp();
  }

  @Override
  public String place() {
    return origin.place();
  }

  @Override
  public void close() {
    origin.close();
  }
}
