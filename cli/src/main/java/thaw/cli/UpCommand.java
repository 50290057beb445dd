package thaw.cli;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import thaw.cli.platform.PlatformRunner;
import thaw.cli.platform.ThawSettings;

@Command(
    name = "up",
    description = "Starts the platform, in the foreground unless --detach is given.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw up                          Ctrl-C ends it",
      "  thaw up --detach                 returns when it answers",
      "  thaw up --listen 127.0.0.1:9100 --data-dir /srv/thaw --network none"
    })
final class UpCommand implements Callable<Integer> {
  private final Context context;

  @Option(
      names = {"-d", "--detach"},
      description = "Start it in the background.")
  private boolean detach;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      description = "Where to listen (default: 127.0.0.1:9000). Loopback addresses only.")
  private @Nullable String listen;

  @Option(
      names = "--network",
      paramLabel = "none|default",
      description = "Outbound network of functions (default: default, as in Lambda).")
  private @Nullable String network;

  @Option(
      names = "--driver",
      paramLabel = "microvm|container",
      description = {
        "What functions run in (default: microvm).",
        "Containers share this host's kernel: only for code that you trust."
      })
  private @Nullable String driver;

  @Option(names = "--ready-on-stdout", hidden = true)
  private boolean readyOnStdout;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  UpCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    Optional.ofNullable(listen).ifPresent(value -> settings.set("frontend.listen", value));
    Optional.ofNullable(network).ifPresent(value -> settings.set("network", value));
    Optional.ofNullable(driver).ifPresent(value -> settings.set("driver", value));
    if (!detach) {
      return new PlatformRunner(context).run(settings.load(context), readyOnStdout);
    }
    ThawSettings thaw = settings.load(context);
    List<String> arguments = new ArrayList<>(settings.arguments(context));
    URI endpoint = new Background(context).start(thaw, arguments, Set.of());
    context.out().println(endpoint);
    return ExitCodes.OK;
  }
}
