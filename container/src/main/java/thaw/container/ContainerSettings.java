package thaw.container;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Settings of the container driver. */
public record ContainerSettings(
    @Doc("How long a container may take from start to its agent's greeting.")
        @Default("30s")
        @Range(min = "1s", max = "10m")
        Duration startTimeout,
    @Doc("Processes and threads that a container may have.")
        @Default("1100")
        @Range(min = "16", max = "100000")
        int processesMax,
    @Doc(
            "Where sockets and containers live while sandboxes run; best on tmpfs, and short: the"
                + " path of a Unix socket has at most 107 bytes.")
        @Default("/run/thaw")
        Path runDirectory,
    @Doc("First of the user ids that sandboxes run under. Nothing else on the host may use them.")
        @Default("1000000")
        @Range(min = "1000", max = "2000000000")
        int firstUid,
    @Doc("User ids of one Thaw on this host; a sandbox takes two, or three with network.")
        @Default("4096")
        @Range(min = "3", max = "65536")
        int uidCount,
    @Doc(
            "Networks, besides this host and link-local ones, that functions may not reach, for"
                + " example [10.0.0.0/8].")
        @Default("[]")
        List<String> deniedNetworks) {
  public ContainerSettings {
    deniedNetworks = List.copyOf(deniedNetworks);
  }
}
