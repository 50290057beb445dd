package thaw.settings;

import java.util.List;

/** The settings cannot be used; the message is for the user: where, which key, what to do. */
public final class SettingsException extends RuntimeException {
  public SettingsException(String message) {
    super(message);
  }

  public SettingsException(String message, Throwable cause) {
    super(message, cause);
  }

  SettingsException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
