package thaw.sparsefs;

import static thaw.sparsefs.FuseProtocol.INT;
import static thaw.sparsefs.FuseProtocol.LONG;
import static thaw.sparsefs.FuseProtocol.SHORT;
import static thaw.sparsefs.PageSource.PAGE_BYTES;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server thread: reads a request from its own clone of the device, answers it, and so on until
 * the file system is unmounted. A platform thread, because reading the device blocks in the kernel.
 */
final class RequestLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);

  /** Largest write the kernel sends at once, bytes. */
  static final int MAX_WRITE_BYTES = 128 * 1024;

  /**
   * Largest read the kernel sends at once, pages. Of files that are read directly: others are read
   * by page. One that is not aligned touches one page more.
   */
  static final int MAX_READ_PAGES = 128;

  /** Attributes never change behind the kernel's back; names are looked up each time. */
  private static final long ATTRIBUTES_VALID_SECONDS = 1L << 30;

  private final int fd;
  private final NodeTable nodes;
  private final MemorySegment in =
      Arena.global().allocate(MAX_WRITE_BYTES + 2L * PAGE_BYTES, PAGE_BYTES);
  private final Reply reply = new Reply(Arena.global());

  RequestLoop(int fd, NodeTable nodes) {
    this.fd = fd;
    this.nodes = nodes;
  }

  @Override
  public void run() {
    while (true) {
      long length = Libc.read(fd, in, in.byteSize());
      if (length == -Libc.ENOENT || length == -Libc.EINTR || length == -Libc.EAGAIN) {
        continue; // the request was taken back before it was read
      }
      if (length < 0) {
        if (length != -Libc.ENODEV) {
          LOG.error(
              "reading the FUSE device failed with errno {}; the server thread ends", -length);
        }
        Libc.close(fd);
        return;
      }
      answer(Math.toIntExact(length));
    }
  }

  private void answer(int length) {
    int opcode = in.get(INT, 4);
    long unique = in.get(LONG, 8);
    if (opcode == FuseProtocol.FORGET
        || opcode == FuseProtocol.BATCH_FORGET
        || opcode == FuseProtocol.INTERRUPT) {
      return; // these want no answer: nodes live as long as their directory
    }
    int error;
    try {
      error = compose(opcode, unique, length);
    } catch (IOException | UncheckedIOException damaged) {
      LOG.error("a page could not be read or written, which is EIO: {}", damaged.toString());
      error = Libc.EIO;
    } catch (RuntimeException bug) {
      LOG.error("request {} failed", opcode, bug);
      error = Libc.EIO;
    }
    if (error != 0) {
      reply.start(unique, -error, 0);
    }
    int sent = reply.send(fd);
    if (sent == -Libc.EFAULT) {
      LOG.error("the memory of a page is gone; its reader gets EIO");
      reply.start(unique, -Libc.EIO, 0);
      sent = reply.send(fd);
    }
    if (sent < 0 && sent != -Libc.ENOENT && sent != -Libc.ENODEV) {
      LOG.warn("the kernel refused an answer to request {} with errno {}", opcode, -sent);
    }
  }

  /** Composes the answer and returns 0, or returns an error number. */
  private int compose(int opcode, long unique, int length) throws IOException {
    if (opcode == FuseProtocol.INIT) {
      return init(unique);
    }
    Optional<Node> found = nodes.find(in.get(LONG, 16));
    if (found.isEmpty()) {
      return Libc.ENOENT;
    }
    Node node = found.get();
    return switch (opcode) {
      case FuseProtocol.READ -> read(unique, node);
      case FuseProtocol.WRITE -> write(unique, node, length);
      case FuseProtocol.LOOKUP -> lookup(unique, node, length);
      case FuseProtocol.GETATTR -> attributes(unique, node);
      case FuseProtocol.SETATTR -> setAttributes(unique, node);
      case FuseProtocol.OPEN -> open(unique, node);
      case FuseProtocol.OPENDIR -> {
        reply.start(unique, 0, FuseProtocol.OPEN_OUT_BYTES);
        yield 0;
      }
      case FuseProtocol.READDIR -> list(unique, node);
      case FuseProtocol.STATFS -> statfs(unique);
      case FuseProtocol.RELEASE,
          FuseProtocol.RELEASEDIR,
          FuseProtocol.FLUSH,
          FuseProtocol.FSYNC,
          FuseProtocol.FSYNCDIR,
          FuseProtocol.ACCESS,
          FuseProtocol.DESTROY -> {
        reply.start(unique, 0, 0);
        yield 0;
      }
      default -> Libc.ENOSYS;
    };
  }

  private int init(long unique) {
    MemorySegment out = reply.start(unique, 0, FuseProtocol.INIT_OUT_BYTES);
    out.set(INT, 0, FuseProtocol.MAJOR);
    out.set(INT, 4, FuseProtocol.MINOR);
    out.set(INT, 8, 0); // max_readahead: a fault reads its own page and no other
    out.set(INT, 12, in.get(INT, FuseProtocol.IN_HEADER_BYTES + 12) & FuseProtocol.INIT_FLAGS);
    out.set(SHORT, 16, (short) 64); // max_background
    out.set(SHORT, 18, (short) 48); // congestion_threshold
    out.set(INT, 20, MAX_WRITE_BYTES);
    out.set(INT, 24, 1); // time granularity, ns
    out.set(SHORT, 28, (short) MAX_READ_PAGES);
    return 0;
  }

  private int read(long unique, Node node) throws IOException {
    if (!(node instanceof Node.Regular regular)) {
      return Libc.EINVAL;
    }
    SparseFile file = regular.file();
    long offset = in.get(LONG, FuseProtocol.IN_HEADER_BYTES + 8);
    int wanted = in.get(INT, FuseProtocol.IN_HEADER_BYTES + 16);
    long end = Math.min(file.sizeBytes(), offset + Math.min(wanted, MAX_READ_PAGES * PAGE_BYTES));
    reply.start(unique, 0, 0);
    if (offset < 0 || offset >= end) {
      return 0;
    }
    long firstPage = offset / PAGE_BYTES;
    file.firstTouch().touched(firstPage, (int) ((end - 1) / PAGE_BYTES - firstPage + 1));
    for (long at = offset; at < end; ) {
      long within = at % PAGE_BYTES;
      long count = Math.min(PAGE_BYTES - within, end - at);
      MemorySegment page = file.page(at / PAGE_BYTES).orElse(PageSource.ZERO_PAGE);
      reply.add(count == PAGE_BYTES ? page : page.asSlice(within, count));
      at += count;
    }
    return 0;
  }

  private int write(long unique, Node node, int length) throws IOException {
    if (!(node instanceof Node.Regular regular)
        || !(regular.file().source() instanceof WrittenPages pages)) {
      return Libc.EROFS;
    }
    long offset = in.get(LONG, FuseProtocol.IN_HEADER_BYTES + 8);
    int bytes = in.get(INT, FuseProtocol.IN_HEADER_BYTES + 16);
    int start = FuseProtocol.IN_HEADER_BYTES + FuseProtocol.WRITE_IN_BYTES;
    if (offset < 0 || bytes < 0 || start + bytes > length) {
      return Libc.EINVAL;
    }
    if (offset + bytes > regular.sizeBytes() || !pages.hasRoomTo(offset + bytes)) {
      return Libc.ENOSPC;
    }
    pages.write(offset, in.asSlice(start, bytes));
    reply.start(unique, 0, FuseProtocol.WRITE_OUT_BYTES).set(INT, 0, bytes);
    return 0;
  }

  private int lookup(long unique, Node node, int length) {
    if (!(node instanceof Node.Directory directory)) {
      return Libc.ENOTDIR;
    }
    int nameBytes = length - FuseProtocol.IN_HEADER_BYTES - 1;
    byte[] name =
        in.asSlice(FuseProtocol.IN_HEADER_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE);
    Node child = directory.children().get(new String(name, StandardCharsets.UTF_8));
    if (child == null) {
      return Libc.ENOENT;
    }
    MemorySegment out = reply.start(unique, 0, FuseProtocol.ENTRY_OUT_BYTES);
    out.set(LONG, 0, child.id());
    out.set(LONG, 24, ATTRIBUTES_VALID_SECONDS);
    putAttributes(out.asSlice(40), child);
    return 0;
  }

  private int attributes(long unique, Node node) {
    MemorySegment out = reply.start(unique, 0, FuseProtocol.ATTR_OUT_BYTES);
    out.set(LONG, 0, ATTRIBUTES_VALID_SECONDS);
    putAttributes(out.asSlice(16), node);
    return 0;
  }

  /** Sizes are fixed; times may be set and mean nothing. */
  private int setAttributes(long unique, Node node) {
    int valid = in.get(INT, FuseProtocol.IN_HEADER_BYTES);
    boolean changesModeOwnerOrSize = (valid & 0b1111) != 0;
    return changesModeOwnerOrSize ? Libc.EPERM : attributes(unique, node);
  }

  private static void putAttributes(MemorySegment out, Node node) {
    out.set(LONG, 0, node.id());
    out.set(LONG, 8, node.sizeBytes());
    out.set(LONG, 16, node.sizeBytes() / 512);
    out.set(INT, 60, node.mode());
    out.set(INT, 64, node instanceof Node.Directory ? 2 : 1);
    out.set(INT, 68, node.uid());
    out.set(INT, 80, PAGE_BYTES);
  }

  private int open(long unique, Node node) {
    boolean forWriting = (in.get(INT, FuseProtocol.IN_HEADER_BYTES) & 3) != 0;
    if (!(node instanceof Node.Regular regular) || (forWriting && !regular.file().writable())) {
      return Libc.EACCES;
    }
    MemorySegment out = reply.start(unique, 0, FuseProtocol.OPEN_OUT_BYTES);
    int caching =
        regular.file().direct() ? FuseProtocol.OPEN_DIRECT_IO : FuseProtocol.OPEN_KEEP_CACHE;
    out.set(INT, 8, caching | FuseProtocol.OPEN_NO_FLUSH);
    return 0;
  }

  private int list(long unique, Node node) {
    if (!(node instanceof Node.Directory directory)) {
      return Libc.ENOTDIR;
    }
    long cookie = in.get(LONG, FuseProtocol.IN_HEADER_BYTES + 8);
    int room = Math.min(in.get(INT, FuseProtocol.IN_HEADER_BYTES + 16), 4000);
    List<Map.Entry<String, Node>> children =
        directory.children().entrySet().stream()
            .filter(child -> child.getValue().id() > cookie)
            .sorted(Comparator.comparingLong(child -> child.getValue().id()))
            .toList();
    MemorySegment out = reply.start(unique, 0, 0);
    int at = 0;
    for (Map.Entry<String, Node> child : children) {
      byte[] name = child.getKey().getBytes(StandardCharsets.UTF_8);
      int entryBytes = (24 + name.length + 7) / 8 * 8;
      if (at + entryBytes > room) {
        break;
      }
      out.set(LONG, at, child.getValue().id());
      out.set(LONG, at + 8L, child.getValue().id());
      out.set(INT, at + 16L, name.length);
      out.set(INT, at + 20L, child.getValue().mode() >> 12);
      MemorySegment.copy(name, 0, out, ValueLayout.JAVA_BYTE, at + 24L, name.length);
      at += entryBytes;
    }
    reply.add(out.asSlice(0, at));
    return 0;
  }

  private int statfs(long unique) {
    MemorySegment out = reply.start(unique, 0, FuseProtocol.STATFS_OUT_BYTES);
    out.set(INT, 40, PAGE_BYTES);
    out.set(INT, 44, 255);
    out.set(INT, 48, PAGE_BYTES);
    return 0;
  }
}
