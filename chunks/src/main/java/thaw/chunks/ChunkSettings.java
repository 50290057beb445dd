package thaw.chunks;

import java.time.Duration;
import thaw.settings.DataSize;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Bounds and times of the chunk store. */
public record ChunkSettings(
    @Doc("Memory for verified, decrypted chunks.") @Default("256MiB") @Range(min = "16MiB")
        DataSize memoryCache,
    @Doc("Disk space for encrypted chunks; it survives restarts.") @Default("20GiB")
        DataSize diskCache,
    @Doc("Chunks fetched from disk or origin at once; readers beyond it wait.")
        @Default("64")
        @Range(min = "1", max = "4096")
        int fetchesAtOnce,
    @Doc("Longest time a reader waits for a chunk that is being fetched, or for its turn.")
        @Default("60s")
        @Range(min = "1ms")
        Duration fetchTimeout,
    @Doc("Chunks in memory that one upload has under way at once.")
        @Default("16")
        @Range(min = "1", max = "1024")
        int uploadsAtOnce,
    @Doc("Equal content of one account has a new key and name every so often.")
        @Default("30d")
        @Range(min = "1h")
        Duration saltPeriod,
    @Doc(
            "Copies over which content that many functions share is spread, so that one damaged chunk"
                + " harms only some of them.")
        @Default("1")
        @Range(min = "1", max = "64")
        int popularCopies,
    @Doc("Roots that take uploads at once.") @Default("1") @Range(min = "1", max = "16")
        int activeRoots,
    @Doc("Age at which an active root is retired and a new one takes its place.")
        @Default("30d")
        @Range(min = "1s")
        Duration rootAge,
    @Doc("How long a retired root is kept after what is live in it was carried over.")
        @Default("1d")
        @Range(min = "0s")
        Duration keepRetired,
    @Doc("How long a root is kept after it expired; a read of it in that time stops its deletion.")
        @Default("7d")
        @Range(min = "0s")
        Duration keepExpired,
    @Doc(
            "How long garbage collection waits for uploads under way before it retires a root; else it"
                + " tries again the next time.")
        @Default("10m")
        @Range(min = "0s")
        Duration drainTimeout) {
  /** The defaults, for tests and tools. */
  public static ChunkSettings defaults() {
    return new ChunkSettings(
        DataSize.ofMebibytes(256),
        new DataSize(20L << 30),
        64,
        Duration.ofMinutes(1),
        16,
        Duration.ofDays(30),
        1,
        1,
        Duration.ofDays(30),
        Duration.ofDays(1),
        Duration.ofDays(7),
        Duration.ofMinutes(10));
  }
}
