package thaw.javaruntime;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.TimeZone;

/** The environment that {@link System#getenv()} and child processes see. */
final class Environment {
  private static final String OWNER = "java.lang.ProcessEnvironment";

  private Environment() {}

  /** Puts other variables in the place of all there were; the time zone follows TZ. */
  static void replace(Map<String, String> variables) {
    @SuppressWarnings("unchecked")
    Map<Object, Object> environment = Internals.staticValue(Map.class, OWNER, "theEnvironment");
    environment.clear();
    variables.forEach(
        (name, value) -> environment.put(internal("Variable", name), internal("Value", value)));
    String zone = variables.getOrDefault("TZ", "UTC");
    TimeZone.setDefault(TimeZone.getTimeZone(zone.startsWith(":") ? zone.substring(1) : zone));
  }

  private static Object internal(String kind, String text) {
    try {
      return Internals.method(Internals.type(OWNER + "$" + kind), "valueOf", String.class)
          .invoke(null, text);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("the environment cannot be replaced", e);
    }
  }
}
