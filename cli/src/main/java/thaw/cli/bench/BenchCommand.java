package thaw.cli.bench;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import thaw.cli.Context;

/** {@code thaw bench}: the group of benchmarks. */
@Command(
    name = "bench",
    description = "Measures the platform.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "BENCHMARK",
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw bench warm",
      "  thaw bench coldstart --json --plot coldstart.svg",
      "  thaw bench density",
      "  thaw bench restore --json",
      "  thaw bench dedup",
      "  thaw bench image --json"
    })
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** The benchmarks, as subcommands. */
  public static List<Object> benchmarks(Context context) {
    return List.of(
        new WarmCommand(context),
        new ColdstartCommand(context),
        new DensityCommand(context),
        new RestoreCommand(context),
        new DedupCommand(context),
        new ImageCommand(context));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Missing a benchmark: warm, coldstart, density, restore, dedup, image");
  }
}
