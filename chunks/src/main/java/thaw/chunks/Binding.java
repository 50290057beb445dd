package thaw.chunks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a manifest was made for. It is part of what the manifest's seal authenticates: nobody can
 * pass a manifest off as another function's, version's, root's or child's.
 *
 * @param account the account it belongs to, or a name of Thaw's own
 * @param function the function it belongs to, empty if to none
 * @param version the function's version, empty if to none
 * @param root the GC root it was made in; it may have been carried over to others since
 * @param parent the manifest that it lies over, if any
 */
public record Binding(
    String account, String function, String version, long root, Optional<Hash> parent) {
  /** Most bytes of each name, in UTF-8. */
  static final int MAX_NAME_BYTES = 255;

  private static final Hash NO_PARENT = new Hash(0, 0, 0, 0);

  public Binding {
    requireShort(account);
    requireShort(function);
    requireShort(version);
    if (parent.equals(Optional.of(NO_PARENT))) {
      throw new IllegalArgumentException("not a parent: " + NO_PARENT);
    }
  }

  int encodedBytes() {
    return 8 + Hash.BYTES + 3 + utf8(account).length + utf8(function).length + utf8(version).length;
  }

  void write(ByteBuffer out) {
    out.putLong(root);
    parent.orElse(NO_PARENT).write(out);
    for (String name : new String[] {account, function, version}) {
      byte[] bytes = utf8(name);
      out.put((byte) bytes.length).put(bytes);
    }
  }

  static Binding read(ByteBuffer in) throws DamagedException {
    long root = in.getLong();
    Hash parent = Hash.read(in);
    return new Binding(
        readName(in),
        readName(in),
        readName(in),
        root,
        parent.equals(NO_PARENT) ? Optional.empty() : Optional.of(parent));
  }

  private static String readName(ByteBuffer in) throws DamagedException {
    byte[] bytes = new byte[Byte.toUnsignedInt(in.get())];
    in.get(bytes);
    String name = new String(bytes, StandardCharsets.UTF_8);
    if (!Arrays.equals(utf8(name), bytes)) {
      throw new DamagedException("a name in the manifest is not UTF-8");
    }
    return name;
  }

  private static void requireShort(String name) {
    if (utf8(name).length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("longer than 255 bytes: " + name);
    }
  }

  private static byte[] utf8(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }
}
