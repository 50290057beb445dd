package thaw.chunks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A chunk store with all that it stands on, as the settings say. */
public final class ChunkStorage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkStorage.class);

  /** Until what wanted a chunk, a resume that somebody waits for, is probably over. */
  private static final Duration KEEPER_DELAY = Duration.ofSeconds(1);

  private final Origin origin;
  private final LateExecutor keeper;
  private final KeyStore keys;
  private final ChunkStore store;

  private ChunkStorage(Origin origin, LateExecutor keeper, KeyStore keys, ChunkStore store) {
    this.origin = origin;
    this.keeper = keeper;
    this.keys = keys;
    this.store = store;
  }

  /**
   * Opens it, making what is missing.
   *
   * @param dataDir where things are that the settings do not name
   * @param index the database that knows what is live
   * @throws ForeignOriginException if the origin, or the directory of the roots, is another
   *     database's
   */
  public static ChunkStorage open(
      StorageSettings storage, ChunkSettings settings, Path dataDir, ManifestIndex index)
      throws IOException {
    return open(
        storage,
        settings,
        dataDir,
        dataDir.resolve("chunk-cache"),
        index,
        UnaryOperator.identity());
  }

  /**
   * The same with something before the origin: benchmarks slow it down, tests make it fail.
   *
   * @param cache directory of the disk cache
   * @param before is given the origin and gives what is used in its place
   */
  public static ChunkStorage open(
      StorageSettings storage,
      ChunkSettings settings,
      Path dataDir,
      Path cache,
      ManifestIndex index,
      UnaryOperator<Origin> before)
      throws IOException {
    Path directory = Files.createDirectories(storage.directory().orElse(dataDir.resolve("chunks")));
    DirectoryOrigin local = new DirectoryOrigin(directory);
    String owner = index.owner();
    new OwnedOrigin(local, owner).requireOwned(); // the roots are there, wherever the chunks are
    InstantSource clock = InstantSource.system();
    Roots roots = Roots.open(directory.resolve("roots.json"), clock);
    KeyStore keys = new KeyStore(storage.keys().orElse(dataDir.resolve("keys")));
    PublicBases bases = new PublicBases(directory.resolve("public-bases"));
    OwnedOrigin origin =
        new OwnedOrigin(
            before.apply(
                switch (storage.origin()) {
                  case DIRECTORY -> local;
                  case S3 -> new S3Origin(storage.s3());
                }),
            owner);
    try {
      requireOwnedIfItAnswers(origin);
      LateExecutor keeper =
          new LateExecutor("chunk-keeper", KEEPER_DELAY, settings.fetchesAtOnce());
      ChunkStore store = new ChunkStore(origin, roots, keys, bases, cache, settings, clock, keeper);
      return new ChunkStorage(origin, keeper, keys, store);
    } catch (IOException | RuntimeException e) {
      origin.close();
      throw e;
    }
  }

  /** One that cannot be asked now is asked before anything in it is changed. */
  private static void requireOwnedIfItAnswers(OwnedOrigin origin) throws IOException {
    try {
      origin.requireOwned();
    } catch (ForeignOriginException | DamagedException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("The origin {} does not answer; what is cached can be read", origin.place(), e);
    }
  }

  /**
   * Has the JIT compile what chunks and manifests pass through, and reads from the origin made
   * ready; to be called before a worker says that it is ready.
   */
  public void warmUp() {
    ChunkCipher.warmUp();
    Manifest.warmUp();
    origin.warmUp();
  }

  /** The store. */
  public ChunkStore store() {
    return store;
  }

  /** The keys that seal its manifests. */
  public KeyStore keys() {
    return keys;
  }

  @Override
  public void close() {
    keeper.close();
    origin.close();
  }
}
