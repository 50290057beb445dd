package thaw.microvm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Settings of the microvm driver. */
public record MicrovmSettings(
    @Doc(
            "What executes guests: auto (KVM if the guest image boots under it, else emulation), kvm"
                + " or tcg (emulation).")
        @Default("auto")
        AcceleratorChoice accelerator,
    @Doc("How long a guest may take from start to its agent's greeting.")
        @Default("90s")
        @Range(min = "1s", max = "1h")
        Duration bootTimeout,
    @Doc("How long the guest image may take to boot under KVM before emulation is used instead.")
        @Default("15s")
        @Range(min = "1s", max = "10m")
        Duration kvmProbeTimeout,
    @Doc("How long QEMU may take to answer a command such as stop or cont.")
        @Default("10s")
        @Range(min = "100ms", max = "10m")
        Duration monitorTimeout,
    @Doc("Bound of QEMU's cache of translated code under emulation.")
        @Default("32MiB")
        @Range(min = "8MiB", max = "1GiB")
        DataSize translationCache,
    @Doc("Memory that a jail may use above its VM's own: QEMU and the page cache of its disks.")
        @Default("256MiB")
        @Range(min = "128MiB", max = "8GiB")
        DataSize jailOverhead,
    @Doc(
            "Where sockets and jails live while sandboxes run; best on tmpfs, and short: the path of"
                + " a Unix socket has at most 107 bytes.")
        @Default("/run/thaw")
        Path runDirectory,
    @Doc("First of the user ids that sandboxes run under. Nothing else on the host may use them.")
        @Default("1000000")
        @Range(min = "1000", max = "2000000000")
        int firstUid,
    @Doc("User ids of one Thaw on this host; a sandbox takes one, or two with network.")
        @Default("4096")
        @Range(min = "2", max = "65536")
        int uidCount,
    @Doc(
            "Networks, besides this host and link-local ones, that guests may not reach, for example"
                + " [10.0.0.0/8].")
        @Default("[]")
        List<String> deniedNetworks,
    @Doc("Write each guest's console to the log at debug level. Changes the device table.")
        @Default("false")
        boolean console,
    @Doc(
            "VMMs that wait, started and jailed, for the next resume, at least; for each VM size in"
                + " use, with and without network. Each takes some 25 MB.")
        @Default("1")
        @Range(min = "0", max = "64")
        int shellsMin,
    @Doc(
            "Waiting VMMs of one size at most; between the two bounds the observed rate of resumes"
                + " decides. 0: none ever waits.")
        @Default("8")
        @Range(min = "0", max = "64")
        int shellsMax,
    @Doc("How long a VM size that is not resumed any more keeps its waiting VMMs.")
        @Default("10m")
        @Range(min = "1s", max = "30d")
        Duration shellIdleTimeout,
    @Doc(
            "What a resumed VM's memory is read from: sparse (pages move when touched) or plain (a"
                + " file written out for each resume; for comparison only).")
        @Default("sparse")
        MemorySource memorySource) {
  public MicrovmSettings {
    deniedNetworks = List.copyOf(deniedNetworks);
  }
}
