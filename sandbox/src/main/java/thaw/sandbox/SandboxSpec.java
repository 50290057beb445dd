package thaw.sandbox;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import thaw.agent.GuestDisk;
import thaw.snapshots.PageAccessLog;
import thaw.sparsefs.PageSource;

/**
 * What a sandbox is made of.
 *
 * @param runtime name of the guest runtime image, for example {@code python3.13}; empty for a base
 *     snapshot, whose runtime disk is blank until it is resumed
 * @param codeImage read-only disk image of the function's code; empty, and the disk blank, for a
 *     base or runtime snapshot
 * @param codeIsRoot whether the code is a container image: it is then all that the function sees,
 *     in place of Thaw's own root, runtime and code
 * @param optImage read-only disk image to be mounted at /opt: the function's Lambda layers; empty,
 *     and the disk blank, without layers and for a base or runtime snapshot
 * @param memorySizeMb the function's MemorySize; the VM is a little larger
 * @param ephemeralStorageMb size of /tmp in MiB
 * @param network whether it may reach the network
 * @param origin how it comes to life
 * @param capturable whether {@link Sandbox#capture} works on it. Such a sandbox runs more slowly:
 *     what it writes to memory is kept apart
 */
public record SandboxSpec(
    Optional<String> runtime,
    Optional<DiskImage> codeImage,
    Optional<DiskImage> optImage,
    int memorySizeMb,
    int ephemeralStorageMb,
    boolean network,
    SandboxOrigin origin,
    boolean capturable,
    boolean codeIsRoot) {

  /** One without layers, whose code is a file. */
  public SandboxSpec(
      Optional<String> runtime,
      Optional<Path> codeImage,
      int memorySizeMb,
      int ephemeralStorageMb,
      boolean network,
      SandboxOrigin origin,
      boolean capturable) {
    this(
        runtime,
        codeImage.map(DiskImage.File::new),
        Optional.empty(),
        memorySizeMb,
        ephemeralStorageMb,
        network,
        origin,
        capturable,
        false);
  }

  /** One that is a container image. */
  public static SandboxSpec ofImage(
      DiskImage image, int memorySizeMb, int ephemeralStorageMb, boolean network) {
    return new SandboxSpec(
        Optional.empty(),
        Optional.of(image),
        Optional.empty(),
        memorySizeMb,
        ephemeralStorageMb,
        network,
        new SandboxOrigin.Boot(),
        false,
        true);
  }

  /** Those of its disks that come by page, by their numbers in a page access log. */
  public Map<Integer, PageSource> pagedDisks() {
    Map<Integer, PageSource> paged = new HashMap<>();
    if (codeImage.isPresent() && codeImage.get() instanceof DiskImage.Pages code) {
      paged.put(codeIsRoot ? PageAccessLog.ROOT : PageAccessLog.CODE, code.content());
    }
    if (optImage.isPresent() && optImage.get() instanceof DiskImage.Pages opt) {
      paged.put(PageAccessLog.OPT, opt.content());
    }
    return paged;
  }

  /** Whether it is booted to be captured: the base of all that is resumed. */
  public boolean isBase() {
    return capturable && origin instanceof SandboxOrigin.Boot;
  }

  /** The disks that its guest mounts. */
  public Set<GuestDisk> disks() {
    Set<GuestDisk> disks = EnumSet.of(GuestDisk.ROOT, GuestDisk.TMP);
    if (codeImage.isPresent() && !codeIsRoot) {
      disks.add(GuestDisk.CODE);
    }
    if (optImage.isPresent()) {
      disks.add(GuestDisk.OPT);
    }
    return disks;
  }

  /** The same with layers in a file, or none. */
  public SandboxSpec withOpt(Optional<Path> image) {
    return withDisks(codeImage, image.map(DiskImage.File::new));
  }

  /** The same with other code and layers. */
  public SandboxSpec withDisks(Optional<DiskImage> code, Optional<DiskImage> opt) {
    return new SandboxSpec(
        runtime,
        code,
        opt,
        memorySizeMb,
        ephemeralStorageMb,
        network,
        origin,
        capturable,
        codeIsRoot);
  }

  /** A sandbox that boots and is not captured. */
  public SandboxSpec(
      String runtime, Path codeImage, int memorySizeMb, int ephemeralStorageMb, boolean network) {
    this(
        Optional.of(runtime),
        Optional.of(codeImage),
        memorySizeMb,
        ephemeralStorageMb,
        network,
        new SandboxOrigin.Boot(),
        false);
  }

  /** The same with another origin. */
  public SandboxSpec from(SandboxOrigin other) {
    return new SandboxSpec(
        runtime,
        codeImage,
        optImage,
        memorySizeMb,
        ephemeralStorageMb,
        network,
        other,
        capturable,
        codeIsRoot);
  }

  /** The same, capturable. */
  public SandboxSpec toCapture() {
    return new SandboxSpec(
        runtime,
        codeImage,
        optImage,
        memorySizeMb,
        ephemeralStorageMb,
        network,
        origin,
        true,
        codeIsRoot);
  }
}
