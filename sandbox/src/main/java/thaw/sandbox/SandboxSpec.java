package thaw.sandbox;

import java.nio.file.Path;

/**
 * What a sandbox is made of.
 *
 * @param runtime name of the guest runtime image, for example {@code python3.13}
 * @param codeImage read-only disk image of the function's code
 * @param memorySizeMb the function's MemorySize; the VM is a little larger
 * @param ephemeralStorageMb size of /tmp in MiB
 * @param network whether it may reach the network
 */
public record SandboxSpec(
    String runtime, Path codeImage, int memorySizeMb, int ephemeralStorageMb, boolean network) {}
