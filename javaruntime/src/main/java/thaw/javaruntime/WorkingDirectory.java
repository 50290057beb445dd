package thaw.javaruntime;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Changes the process's working directory, for which Java has no call: a template starts before the
 * function's code is mounted. {@code java.lang.foreign} is used by reflection, since in Java 21 it
 * works but cannot be compiled against.
 */
final class WorkingDirectory {
  private final Object arena;
  private final MethodHandle chdir;

  private WorkingDirectory(Object arena, MethodHandle chdir) {
    this.arena = arena;
    this.chdir = chdir;
  }

  /** Makes the call ready, which takes long the first time. */
  static WorkingDirectory prepare() {
    try {
      Class<?> linker = foreign("Linker");
      Class<?> layout = foreign("MemoryLayout");
      Object system = linker.getMethod("nativeLinker").invoke(null);
      Object libc = linker.getMethod("defaultLookup").invoke(system);
      Optional<?> symbol =
          (Optional<?>)
              foreign("SymbolLookup").getMethod("find", String.class).invoke(libc, "chdir");
      Object arguments = Array.newInstance(layout, 1);
      Array.set(arguments, 0, foreign("ValueLayout").getField("ADDRESS").get(null));
      Object descriptor =
          foreign("FunctionDescriptor")
              .getMethod("of", layout, arguments.getClass())
              .invoke(null, foreign("ValueLayout").getField("JAVA_INT").get(null), arguments);
      Object options = Array.newInstance(foreign("Linker$Option"), 0);
      Method downcallHandle =
          linker.getMethod(
              "downcallHandle",
              foreign("MemorySegment"),
              foreign("FunctionDescriptor"),
              options.getClass());
      Object handle = downcallHandle.invoke(system, symbol.orElseThrow(), descriptor, options);
      Object arena = foreign("Arena").getMethod("global").invoke(null);
      return new WorkingDirectory(arena, (MethodHandle) handle);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("chdir cannot be called", e);
    }
  }

  /**
   * Goes to {@code path}, an absolute one, and makes it the property {@code user.dir}.
   *
   * @throws IllegalStateException if there is no such directory
   */
  void change(String path) {
    try {
      byte[] name = path.getBytes(StandardCharsets.UTF_8);
      Object segment =
          foreign("Arena").getMethod("allocate", long.class).invoke(arena, name.length + 1L);
      ByteBuffer buffer =
          (ByteBuffer) foreign("MemorySegment").getMethod("asByteBuffer").invoke(segment);
      buffer.put(name).put((byte) 0);
      if ((int) chdir.invoke(segment) != 0) {
        throw new IllegalStateException("there is no directory " + path);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("chdir cannot be called", e);
    }
    System.setProperty("user.dir", path);
  }

  private static Class<?> foreign(String name) throws ClassNotFoundException {
    return Class.forName("java.lang.foreign." + name);
  }
}
