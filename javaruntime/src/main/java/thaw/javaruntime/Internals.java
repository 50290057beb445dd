package thaw.javaruntime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * The JDK's private parts. Options on the command line would open them as well, and to functions,
 * too; but a JVM with such options cannot use its archived module graph and starts much slower.
 *
 * <p>What is missing is an error: it would go on alike in all clones.
 */
final class Internals {
  private static final MethodHandles.Lookup TRUSTED = trusted();

  private Internals() {}

  private static MethodHandles.Lookup trusted() {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field instance = type.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      Object unsafe = instance.get(null);
      Field lookup = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
      Object base = type.getMethod("staticFieldBase", Field.class).invoke(unsafe, lookup);
      Object offset = type.getMethod("staticFieldOffset", Field.class).invoke(unsafe, lookup);
      Method getObject = type.getMethod("getObject", Object.class, long.class);
      return (MethodHandles.Lookup) getObject.invoke(unsafe, base, offset);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK does not let itself be opened", e);
    }
  }

  /** Lets all code load native libraries and call native functions, without a warning. */
  static void enableNativeAccess() {
    try {
      TRUSTED
          .findStatic(
              Module.class,
              "implAddEnableNativeAccessToAllUnnamed",
              MethodType.methodType(void.class))
          .invoke();
    } catch (Throwable e) {
      throw new IllegalStateException("native access cannot be enabled", e);
    }
  }

  static Field field(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      open(owner);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("this JDK has no " + owner.getName() + "." + name, e);
    }
  }

  static Method method(Class<?> owner, String name, Class<?>... parameters) {
    try {
      Method method = owner.getDeclaredMethod(name, parameters);
      open(owner);
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("this JDK has no " + owner.getName() + "." + name, e);
    }
  }

  static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("this JDK has no " + name, e);
    }
  }

  static <T> T staticValue(Class<T> kind, String owner, String name) {
    try {
      return kind.cast(field(type(owner), name).get(null));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(owner + "." + name + " cannot be read", e);
    }
  }

  /** Opens a package to this class loader's code, which functions are no part of. */
  private static void open(Class<?> owner) {
    MethodType type = MethodType.methodType(void.class, String.class, Module.class);
    try {
      TRUSTED
          .findVirtual(Module.class, "implAddOpens", type)
          .invoke(owner.getModule(), owner.getPackageName(), Internals.class.getModule());
    } catch (Throwable e) {
      throw new IllegalStateException(owner.getPackageName() + " cannot be opened", e);
    }
  }
}
