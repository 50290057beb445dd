package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import thaw.erofs.ErofsMetadata;
import thaw.erofs.ErofsNode;
import thaw.erofs.ErofsSuperblock;

/**
 * Lays the layers of an image over each other and writes what comes of it as one read-only disk,
 * from its first byte to its last, while the layers are read, the topmost first. Equal layers give
 * equal disks. Names, owners and times are kept in memory, content is not.
 *
 * <p>The superblock comes first, then the content of files, and from {@link #METADATA_BYTE} on the
 * metadata: far enough behind that neither has to know how large the other becomes, and the
 * superblock is the same for all images. (docs/container-images.md)
 */
public final class Flattener {
  /** What the disk of every sandbox is, bytes. */
  public static final long DISK_BYTES = 16L << 30;

  static final long METADATA_BYTE = DISK_BYTES - (512L << 20);

  /** Content that is larger than this with its boundaries has fewer of them. */
  private static final long PADDING_BYTES = 3L << 30;

  /** Changes when the same image would give another disk. */
  public static final int LAYOUT = 1;

  /** Names, targets and attributes of all members, which are kept in memory. */
  private static final long TEXT_BYTES = 256 << 20;

  private static final int BUFFER_BYTES = 128 * 1024;
  private static final long METADATA_BLOCK = METADATA_BYTE / ErofsMetadata.BLOCK_BYTES;

  private final Layers layers;
  private final int entriesMax;
  private final boolean keepHidden;
  private final DiskSink out;
  private final DataWriter data;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Cover cover = new Cover();
  private final List<List<Member>> members = new ArrayList<>();
  private int entries;
  private long textBytes;

  /** Gives layers as tar archives. */
  interface Layers {
    int count();

    /**
     * Opens a layer.
     *
     * @param number 0 is the lowest
     */
    LayerStream open(int number) throws IOException;
  }

  /** A layer's archive. */
  interface LayerStream extends AutoCloseable {
    InputStream tar();

    /** Reads what is left, and checks that the whole was what it should be. */
    void verify() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** A member of a layer, with a file's content if it has any. */
  private record Member(TarEntry entry, @Nullable FlatNode content) {}

  /**
   * What came of it.
   *
   * @param dataBytes from the disk's beginning to the end of the content
   * @param metadataBytes from {@link #METADATA_BYTE} on
   * @param inodes files, directories and links
   */
  public record Flat(long dataBytes, long metadataBytes, int inodes) {}

  private Flattener(Layers layers, int entriesMax, boolean keepHidden, DiskSink out)
      throws IOException {
    this.layers = layers;
    this.entriesMax = entriesMax;
    this.keepHidden = keepHidden;
    this.out = out;
    byte[] superblock =
        ErofsSuperblock.encode(
            METADATA_BLOCK, DISK_BYTES / ErofsMetadata.BLOCK_BYTES, 0, "thaw-image");
    this.data = new DataWriter(out, superblock, METADATA_BYTE, PADDING_BYTES);
  }

  /**
   * Writes the disk.
   *
   * @param entriesMax most members of all layers
   * @param keepHidden whether to write content that seems to be hidden by a layer above too
   * @return empty if content is needed after all that was left out: then it is to be done again,
   *     with {@code keepHidden}
   * @throws ImageException if the layers cannot be used
   */
  static Optional<Flat> flatten(Layers layers, int entriesMax, boolean keepHidden, DiskSink out)
      throws IOException {
    return new Flattener(layers, entriesMax, keepHidden, out).flatten();
  }

  private Optional<Flat> flatten() throws IOException {
    for (int number = layers.count() - 1; number >= 0; number--) {
      data.align();
      try (LayerStream layer = layers.open(number)) {
        readLayer(new TarReader(layer.tar()));
        layer.verify();
      }
    }
    FlatTree tree = tree();
    if (tree.lacksContent()) {
      return Optional.empty();
    }
    ErofsMetadata metadata = new ErofsMetadata(tree.root(), METADATA_BLOCK);
    long bytes = metadata.blocks() * ErofsMetadata.BLOCK_BYTES;
    if (bytes > DISK_BYTES - METADATA_BYTE) {
      throw ImageException.invalid("the image has too many files, or names that are too long");
    }
    out.writeZeros(METADATA_BYTE - data.position());
    metadata.writeTo(asStream(out));
    out.writeZeros(DISK_BYTES - METADATA_BYTE - bytes);
    return Optional.of(new Flat(data.position(), bytes, metadata.inodes()));
  }

  private void readLayer(TarReader tar) throws IOException {
    List<Member> read = new ArrayList<>();
    Cover own = new Cover();
    for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
      TarEntry entry = next.get();
      if (++entries > entriesMax) {
        throw ImageException.invalid("the image has more than " + entriesMax + " files");
      }
      textBytes += entry.textBytes();
      if (textBytes > TEXT_BYTES) {
        throw ImageException.invalid("the names in the image take more than " + TEXT_BYTES);
      }
      List<String> path = EntryName.parts(entry.name());
      if (entry.kind() == TarEntry.Kind.DEVICE) {
        throw ImageException.invalid(
            Texts.shownBytes(entry.name())
                + " is a device, which an image for functions cannot have");
      }
      if (!Whiteout.isReserved(path)) {
        note(entry, path, own);
        read.add(
            new Member(
                entry,
                entry.kind() == TarEntry.Kind.FILE && Whiteout.of(path).isEmpty()
                    ? content(entry, path, tar)
                    : null));
      }
    }
    cover.add(own);
    members.add(read);
  }

  private static void note(TarEntry entry, List<String> path, Cover own) throws ImageException {
    Optional<Whiteout> whiteout = Whiteout.of(path);
    if (whiteout.isPresent()) {
      if (whiteout.get().opaque()) {
        own.empty(whiteout.get().path());
      } else {
        own.take(whiteout.get().path());
      }
    } else if (entry.kind() == TarEntry.Kind.DIRECTORY) {
      own.directory(path);
    } else {
      own.take(path);
    }
    if (entry.kind() == TarEntry.Kind.HARD_LINK) {
      List<String> target = EntryName.parts(entry.linkName());
      if (!own.names(target)) {
        own.link(target);
      }
    }
  }

  private FlatNode content(TarEntry entry, List<String> path, TarReader tar) throws IOException {
    FlatNode node = new FlatNode(ErofsNode.Kind.FILE);
    if (entry.bytes() == 0) {
      return node;
    }
    if (!keepHidden && cover.hidesFile(path)) {
      node.leftOut = true;
      return node;
    }
    node.content(entry.bytes(), data.begin(entry.name(), entry.bytes()));
    for (int n = tar.read(buffer); n >= 0; n = tar.read(buffer)) {
      data.write(buffer, n);
    }
    data.end();
    return node;
  }

  private FlatTree tree() throws ImageException {
    FlatTree tree = new FlatTree(entriesMax);
    for (List<Member> layer : members.reversed()) {
      tree.beginLayer();
      for (Member member : layer) {
        List<String> path = EntryName.parts(member.entry.name());
        Optional<Whiteout> whiteout = Whiteout.of(path);
        if (whiteout.isPresent()) {
          tree.remove(whiteout.get());
        } else {
          tree.add(member.entry, path, member.content);
        }
      }
    }
    return tree;
  }

  private static OutputStream asStream(DiskSink sink) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int count) throws IOException {
        sink.write(bytes, offset, count);
      }
    };
  }
}
