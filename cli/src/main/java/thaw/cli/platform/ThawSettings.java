package thaw.cli.platform;

import java.nio.file.Path;
import thaw.chunks.ChunkSettings;
import thaw.chunks.StorageSettings;
import thaw.code.CodeSettings;
import thaw.configuration.ConfigurationSettings;
import thaw.container.ContainerSettings;
import thaw.frontend.FrontendSettings;
import thaw.guest.GuestSettings;
import thaw.images.ImageSettings;
import thaw.logs.LogSettings;
import thaw.microvm.MicrovmSettings;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.worker.SnapshotSettings;
import thaw.worker.WorkerSettings;

/** Everything that can be set: the modules' records, gathered. {@code thaw config} prints it. */
public record ThawSettings(
    @Doc("Where functions, code and logs are kept.") @Default(ThawSettings.DEFAULT_DATA_DIR)
        Path dataDir,
    @Doc("Whether functions may reach the network: default as in Lambda, or none.")
        @Default("default")
        Network network,
    @Doc(
            "What a function runs in: microvm, a virtual machine of its own; or container, which"
                + " shares the host's kernel and so is for code that you trust.")
        @Default("microvm")
        Driver driver,
    PlatformSettings platform,
    FrontendSettings frontend,
    ConfigurationSettings configuration,
    CodeSettings code,
    ImageSettings images,
    StorageSettings storage,
    ChunkSettings chunks,
    WorkerSettings worker,
    SnapshotSettings snapshots,
    LogSettings logs,
    MicrovmSettings microvm,
    ContainerSettings container,
    GuestSettings guest) {
  public static final String DEFAULT_DATA_DIR = "/var/lib/thaw";

  /** What makes sandboxes. */
  public enum Driver {
    /** Virtual machines. */
    MICROVM,
    /** Containers: no boundary between tenants. */
    CONTAINER
  }

  /** Outbound network of functions. */
  public enum Network {
    /** Outbound connections, but none to the host's loopback or to other guests. */
    DEFAULT,
    /** Loopback only. */
    NONE
  }
}
