package thaw.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import thaw.cli.client.Json;
import thaw.cli.platform.ThawSettings;
import thaw.settings.Setting;
import thaw.settings.SettingsTemplate;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "config",
    description = "Lists every setting with its type, default and meaning, as a settings file.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw config > /etc/thaw/thaw.conf     a file to edit: every line is a comment",
      "  thaw config --check --config my.conf  says what is wrong with a file",
      "  thaw config --json"
    })
final class ConfigCommand implements Callable<Integer> {
  private final Context context;

  @Option(names = "--json", description = "Print {\"settings\": [...]}.")
  private boolean json;

  @Option(names = "--check", description = "Only check the settings in force.")
  private boolean check;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  ConfigCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (check) {
      settings.load(context);
    } else if (json) {
      context.out().println(Json.pretty(describe()));
    } else {
      context.out().print(SettingsTemplate.of(ThawSettings.class));
    }
    return ExitCodes.OK;
  }

  private static ObjectNode describe() {
    List<Setting> all = Setting.of(ThawSettings.class);
    ObjectNode node = Json.object();
    ArrayNode array = node.putArray("settings");
    for (Setting setting : all) {
      ObjectNode entry = array.addObject();
      entry.put("key", setting.key()).put("type", setting.type());
      setting.defaultValue().ifPresent(value -> entry.put("default", value));
      setting.range().ifPresent(range -> entry.put("range", range));
      entry.put("doc", setting.doc());
    }
    return node;
  }
}
