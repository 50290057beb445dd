package thaw.chunks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Where the chunk store keeps what must not be lost. */
public record StorageSettings(
    @Doc(
            "Where chunks and manifests are kept for good: directory, or s3 (storage.s3). It belongs to"
                + " one platform: others need a directory, or a prefix in the bucket, of their own.")
        @Default("directory")
        OriginKind origin,
    @Doc(
            "Holds the roots and the list of public bases, and with origin = directory all chunks"
                + " (default: chunks in the data directory).")
        Optional<Path> directory,
    @Doc(
            "Holds the keys; whoever has them can read everything (default: keys in the data directory).")
        Optional<Path> keys,
    @Doc(
            "Which snapshot layers are stored in the origin too, for workers that did not make them:"
                + " shared (if origin is s3, or storage.directory is set), always, or never.")
        @Default("shared")
        PublishedLayers snapshotLayers,
    @Doc(
            "Whether what resumes touch goes to the beginning of a layer that is stored; benchmarks"
                + " show what that is worth.")
        @Default("true")
        boolean repackLayers,
    @Doc("How often garbage is collected.") @Default("1h") @Range(min = "1s") Duration collectEvery,
    S3Settings s3) {
  /** When snapshot layers are published. */
  public enum PublishedLayers {
    /** If others can read the origin. */
    SHARED,
    /** Always. */
    ALWAYS,
    /** Never. */
    NEVER
  }

  /** Whether the snapshot layers of this worker are stored in the origin, and others' used. */
  public boolean publishesLayers() {
    return switch (snapshotLayers) {
      case ALWAYS -> true;
      case NEVER -> false;
      case SHARED -> origin == OriginKind.S3 || directory.isPresent();
    };
  }

  /** The kinds of origin. */
  public enum OriginKind {
    /** A directory of this machine. */
    DIRECTORY,
    /** A bucket of S3, or of what speaks its API. */
    S3
  }

  /** An origin that is a directory, for tests and tools. */
  public static StorageSettings in(Path directory, Path keys) {
    S3Settings none =
        new S3Settings(
            Optional.empty(),
            "",
            Optional.empty(),
            "us-east-1",
            true,
            Optional.empty(),
            Optional.empty(),
            4,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            64);
    return new StorageSettings(
        OriginKind.DIRECTORY,
        Optional.of(directory),
        Optional.of(keys),
        PublishedLayers.SHARED,
        true,
        Duration.ofHours(1),
        none);
  }

  /**
   * Checks what the types cannot.
   *
   * @throws IllegalArgumentException naming the setting and what it must be
   */
  public StorageSettings {
    if (origin == OriginKind.S3 && s3.bucket().isEmpty()) {
      throw new IllegalArgumentException("origin = s3 needs storage.s3.bucket");
    }
  }
}
