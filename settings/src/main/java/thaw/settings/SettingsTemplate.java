package thaw.settings;

import java.util.List;

/** A settings file in which every key stands, explained and commented out. */
public final class SettingsTemplate {
  private static final int WIDTH = 96;

  private SettingsTemplate() {}

  /** Valid HOCON that changes nothing until a line is uncommented. */
  public static String of(Class<? extends Record> type) {
    StringBuilder out = new StringBuilder();
    List<Setting> settings = Setting.of(type);
    for (Setting setting : settings) {
      StringBuilder head = new StringBuilder(setting.doc());
      head.append(head.isEmpty() ? "" : " ").append('(').append(setting.type());
      setting.range().ifPresent(range -> head.append("; ").append(range));
      wrap(head.append(')').toString(), out);
      out.append("#").append(setting.key()).append(" = ");
      out.append(setting.defaultValue().orElse("...")).append("\n\n");
    }
    return out.toString();
  }

  private static void wrap(String text, StringBuilder out) {
    StringBuilder line = new StringBuilder("#");
    for (String word : text.split("\\s+", -1)) {
      if (line.length() + 1 + word.length() > WIDTH && line.length() > 1) {
        out.append(line).append('\n');
        line = new StringBuilder("#");
      }
      line.append(' ').append(word);
    }
    out.append(line).append('\n');
  }
}
