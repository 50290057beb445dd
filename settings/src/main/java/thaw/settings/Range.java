package thaw.settings;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Smallest and largest allowed value, both included, written as in the file: {@code @Range(min =
 * "1", max = "64")}, {@code @Range(min = "1s")}, {@code @Range(max = "10GiB")}. For numbers,
 * Duration and DataSize; an empty bound is none.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
  String min() default "";

  String max() default "";
}
