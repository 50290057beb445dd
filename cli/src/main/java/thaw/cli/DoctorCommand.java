package thaw.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import thaw.cli.client.Json;
import thaw.cli.doctor.Check;
import thaw.cli.doctor.Doctor;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "doctor",
    description = {
      "Says what this machine can do, and what to do about what it cannot.",
      "KVM counts only if a guest boots under it. Exit code 1 if Thaw cannot work here."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw doctor", "  thaw doctor --json | jq '.checks[] | select(.state != \"ok\")'"})
final class DoctorCommand implements Callable<Integer> {
  private final Context context;

  @Option(names = "--json", description = "Print {\"healthy\": ..., \"checks\": [...]}.")
  private boolean json;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  DoctorCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    Doctor doctor = new Doctor(settings.load(context), context.variable("PATH").orElse(""));
    List<Check> checks = doctor.examine();
    boolean healthy = checks.stream().noneMatch(check -> check.state() == Check.State.FAIL);
    if (json) {
      context.out().println(Json.pretty(json(checks, healthy)));
    } else {
      print(checks);
      context.out().println(healthy ? "Thaw works here." : "Thaw does not work here yet.");
    }
    return healthy ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private void print(List<Check> checks) {
    for (Check check : checks) {
      context
          .out()
          .println(
              String.format(
                  Locale.ROOT, "%-5s %-18s %s", check.state(), check.name(), check.detail()));
      check.remedy().ifPresent(remedy -> context.out().println(" ".repeat(25) + remedy));
    }
  }

  private static ObjectNode json(List<Check> checks, boolean healthy) {
    ObjectNode node = Json.object().put("healthy", healthy);
    ArrayNode array = node.putArray("checks");
    for (Check check : checks) {
      ObjectNode entry = array.addObject();
      entry.put("name", check.name());
      entry.put("state", check.state().name().toLowerCase(Locale.ROOT));
      entry.put("detail", check.detail());
      check.remedy().ifPresent(remedy -> entry.put("remedy", remedy));
    }
    return node;
  }
}
