package thaw.runtimeapi;

import java.util.Optional;
import thaw.model.FunctionVersion;

/**
 * What a function's LoggingConfig asks of its runtime.
 *
 * @param format LogFormat: {@code Text} or {@code JSON}
 * @param applicationLogLevel ApplicationLogLevel, for JSON
 */
public record RuntimeLogging(String format, Optional<String> applicationLogLevel) {
  /** The default of a function without LoggingConfig. */
  public static final RuntimeLogging TEXT = new RuntimeLogging("Text", Optional.empty());

  /** What this function's LoggingConfig says. */
  public static RuntimeLogging of(FunctionVersion function) {
    return new RuntimeLogging(function.logFormat(), function.applicationLogLevel());
  }
}
