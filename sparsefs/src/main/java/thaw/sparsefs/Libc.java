package thaw.sparsefs;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The six calls of the C library that the server needs. Each returns what the call returned, or
 * {@code -errno}: nothing here allocates or throws on the hot path.
 *
 * <p>Preconditions are those of the manual pages; segments must be native memory that stays alive
 * for the duration of the call. File descriptors are plain ints owned by the caller.
 */
@SuppressWarnings("restricted") // calling C is what this class is for
final class Libc {
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x80000;
  static final long MS_NOSUID = 2;
  static final long MS_NODEV = 4;
  static final int MNT_FORCE = 1;
  static final int MNT_DETACH = 2;

  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EFAULT = 14;
  static final int ENODEV = 19;
  static final int ENOTDIR = 20;
  static final int EINVAL = 22;
  static final int ENOSPC = 28;
  static final int EROFS = 30;
  static final int ENOSYS = 38;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout ERRNO_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      ERRNO_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle READ =
      handle(
          "read",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle WRITEV =
      handle(
          "writev",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle IOCTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("ioctl"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle MOUNT =
      handle(
          "mount",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS));
  private static final MethodHandle UMOUNT2 =
      handle(
          "umount2",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

  /** Each thread's place for errno; never freed, there are few threads and each lives long. */
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.global().allocate(ERRNO_STATE));

  private Libc() {}

  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  static int open(MemorySegment path, int flags) {
    MemorySegment state = STATE.get();
    try {
      return (int) orErrno((int) OPEN.invokeExact(state, path, flags), state);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  static int close(int fd) {
    MemorySegment state = STATE.get();
    try {
      return (int) orErrno((int) CLOSE.invokeExact(state, fd), state);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  static long read(int fd, MemorySegment into, long length) {
    MemorySegment state = STATE.get();
    try {
      return orErrno((long) READ.invokeExact(state, fd, into, length), state);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  /**
   * Writes several pieces of memory as one message.
   *
   * @param vectors array of {@code struct iovec}
   */
  static long writev(int fd, MemorySegment vectors, int count) {
    MemorySegment state = STATE.get();
    try {
      return orErrno((long) WRITEV.invokeExact(state, fd, vectors, count), state);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  static int ioctl(int fd, long request, MemorySegment argument) {
    MemorySegment state = STATE.get();
    try {
      return (int) orErrno((int) IOCTL.invokeExact(state, fd, request, argument), state);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  static int mount(String source, String target, String type, long flags, String data) {
    MemorySegment state = STATE.get();
    try (Arena arena = Arena.ofConfined()) {
      int result =
          (int)
              MOUNT.invokeExact(
                  state,
                  arena.allocateFrom(source),
                  arena.allocateFrom(target),
                  arena.allocateFrom(type),
                  flags,
                  arena.allocateFrom(data));
      return (int) orErrno(result, state);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  static int umount(String target, int flags) {
    MemorySegment state = STATE.get();
    try (Arena arena = Arena.ofConfined()) {
      int result = (int) UMOUNT2.invokeExact(state, arena.allocateFrom(target), flags);
      return (int) orErrno(result, state);
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  /** Throws if {@code result} is an error; the message says what was tried. */
  static int check(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(what + " failed: errno " + -result);
    }
    return result;
  }

  private static long orErrno(long result, MemorySegment state) {
    return result >= 0 ? result : -(int) ERRNO.get(state, 0L);
  }
}
