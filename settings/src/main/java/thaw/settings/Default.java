package thaw.settings;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A setting's default, written as it would be in the file (HOCON): {@code 10m}, {@code 512MiB},
 * {@code [a, b]}, {@code {}}. Without it a setting must be in the file, except an Optional (empty)
 * and a nested record (made of its own defaults).
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  String value();
}
