package thaw.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import thaw.cli.bench.BenchCommand;

/** All commands by name, in the order in which help shows them. */
final class Commands {
  private static final Map<String, Function<Context, Object>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("run", RunCommand::new);
    ALL.put("up", UpCommand::new);
    ALL.put("down", DownCommand::new);
    ALL.put("status", StatusCommand::new);
    ALL.put("doctor", DoctorCommand::new);
    ALL.put("deploy", DeployCommand::new);
    ALL.put("invoke", InvokeCommand::new);
    ALL.put("logs", LogsCommand::new);
    ALL.put("list", ListCommand::new);
    ALL.put("delete", DeleteCommand::new);
    ALL.put("images", ImagesCommand::new);
    ALL.put("gc", GcCommand::new);
    ALL.put("bench", context -> new BenchCommand());
    ALL.put("test", TestCommand::new);
    ALL.put("config", ConfigCommand::new);
    ALL.put("version", VersionCommand::new);
  }

  private Commands() {}

  /**
   * The parser. Only the command that is meant is made, since looking at the options of all of them
   * takes longer than most commands run; help and typing errors see all.
   */
  static CommandLine commandLine(Context context, String... args) {
    CommandLine line = new CommandLine(new ThawCommand());
    String first = args.length == 0 ? "" : args[0];
    Function<Context, Object> meant = ALL.get(first);
    if (meant != null) {
      line.addSubcommand(first, meant.apply(context));
    } else {
      ALL.forEach((name, command) -> line.addSubcommand(name, command.apply(context)));
    }
    CommandLine bench = line.getSubcommands().get("bench");
    if (bench != null) {
      BenchCommand.benchmarks(context).forEach(bench::addSubcommand);
    }
    return line;
  }

  /** Every command's name. */
  static Iterable<String> names() {
    return ALL.keySet();
  }
}
