package thaw.chunks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * The chunk store: files of any size are put in and read anywhere, by the id of their manifest.
 *
 * <p>Order for whoever stores: {@link #create}, {@link #upload}, {@link Upload#finish}, the id into
 * the database, and only then {@link Creation#close}.
 */
public final class ChunkStore {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private final Origin origin;
  private final Roots roots;
  private final KeyStore keys;
  private final PublicBases bases;
  private final ChunkSettings settings;
  private final InstantSource clock;
  private final Executor executor;
  private final Semaphore cores = new Semaphore(CORES);
  private final MemoryCache memory;
  private final DiskCache disk;
  private final ReadPath path;
  private final CarryOver carryOver;
  private final GarbageCollector collector;

  /** How the keys of a file's chunks are made. */
  public enum Encryption {
    /** Of their content: equal chunks of an account are stored once. */
    CONVERGENT,
    /** At random: for what is in a VM's memory. */
    RANDOM
  }

  /**
   * Opens a chunk store.
   *
   * @param origin where chunks are kept; it stays the caller's to close
   * @param cache directory of the disk cache
   * @param keeper writes what was fetched into the disk cache; it stays the caller's, too
   */
  ChunkStore(
      Origin origin,
      Roots roots,
      KeyStore keys,
      PublicBases bases,
      Path cache,
      ChunkSettings settings,
      InstantSource clock,
      Executor keeper)
      throws IOException {
    this(
        origin,
        roots,
        keys,
        bases,
        cache,
        settings,
        clock,
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("chunk-", 0).factory()),
        keeper);
  }

  /**
   * A store of which a test decides when what runs.
   *
   * @param executor runs what is done ahead and at once
   * @param keeper as {@link ReadPath} has it
   */
  ChunkStore(
      Origin origin,
      Roots roots,
      KeyStore keys,
      PublicBases bases,
      Path cache,
      ChunkSettings settings,
      InstantSource clock,
      Executor executor,
      Executor keeper)
      throws IOException {
    this.origin = origin;
    this.roots = roots;
    this.keys = keys;
    this.bases = bases;
    this.settings = settings;
    this.clock = clock;
    this.executor = executor;
    memory = new MemoryCache(settings.memoryCache());
    disk = new DiskCache(cache, settings.diskCache());
    path =
        new ReadPath(
            memory,
            List.of(disk, new OriginTier()),
            settings.fetchesAtOnce(),
            settings.fetchTimeout(),
            executor,
            keeper);
    carryOver = new CarryOver(origin, executor, settings.uploadsAtOnce());
    collector = new GarbageCollector(origin, roots, carryOver, settings, clock);
  }

  /**
   * Begins to make something; the creation is to be closed once it stands in the database.
   *
   * @param spreadBy equal texts get the same of several active roots; the account and function
   */
  public Creation create(String spreadBy) {
    return roots.create(spreadBy);
  }

  /**
   * Begins to store a file. Its parent, if it has one, is brought into the same root first.
   *
   * @param binding what it is made for, in the creation's root; its account is the domain in which
   *     chunks are shared
   * @param keyOwner whose key seals the manifest: the account, or a function of it as {@code
   *     ACCOUNT/NAME}, or {@code service}
   */
  public Upload upload(Creation creation, Binding binding, String keyOwner, Encryption encryption)
      throws IOException {
    if (binding.root() != creation.root()) {
      throw new IllegalArgumentException(
          "bound to root " + binding.root() + ", made in root " + creation.root());
    }
    if (binding.parent().isPresent()) {
      adopt(creation, binding.parent().get());
    }
    return new Upload(
        origin,
        creation,
        binding,
        chunkKeys(binding, encryption),
        keys.of(keyOwner),
        executor,
        cores,
        settings.uploadsAtOnce());
  }

  private ChunkKeys chunkKeys(Binding binding, Encryption encryption) throws IOException {
    return switch (encryption) {
      case RANDOM -> new ChunkKeys.Random();
      case CONVERGENT -> {
        long period = clock.millis() / settings.saltPeriod().toMillis();
        String user = binding.account() + "/" + binding.function();
        int copy = Math.floorMod(user.hashCode(), settings.popularCopies());
        yield new ChunkKeys.Convergent(
            keys.of(binding.account()).domainSecret(),
            keys.of(KeyStore.PUBLIC_OWNER).domainSecret(),
            bases,
            new Salt(binding.root(), period, copy));
      }
    };
  }

  /**
   * Brings an existing file into a creation's root, so that it can be referred to anew: to be
   * called before a manifest that the database already knows gets another user.
   *
   * @throws DamagedException if it is in no root
   */
  public void adopt(Creation creation, Hash manifest) throws IOException {
    if (origin.contains(ObjectName.manifest(creation.root(), manifest))) {
      return;
    }
    long root = new Location(roots, origin, manifest).root();
    if (root == 0) {
      throw new DamagedException("the manifest " + manifest + " is in no root");
    }
    roots.alarm(root); // no effect unless it has expired
    carryOver.carry(manifest, root, creation);
  }

  /**
   * Opens a file.
   *
   * @param manifest its id, from the database
   * @param keyOwner whose key sealed it
   * @return empty if it is in no root
   * @throws DamagedException if it is not what was stored, or was sealed by another's key
   */
  public Optional<ChunkedFile> open(Hash manifest, String keyOwner) throws IOException {
    Location location = new Location(roots, origin, manifest);
    Optional<byte[]> bytes = location.readManifest();
    return bytes.isPresent()
        ? Optional.of(opened(manifest, bytes.get(), keyOwner, location))
        : Optional.empty();
  }

  /**
   * Opens a file whose manifest was kept elsewhere, too, as it is stored: no byte moves for that.
   *
   * @param sealed as {@link Upload#sealedManifest} gave it
   * @throws DamagedException if it is not what was stored, or was sealed by another's key
   */
  public ChunkedFile open(Hash manifest, byte[] sealed, String keyOwner) throws IOException {
    return opened(manifest, sealed, keyOwner, new Location(roots, origin, manifest));
  }

  private ChunkedFile opened(Hash manifest, byte[] bytes, String keyOwner, Location location)
      throws IOException {
    if (!Hash.of(bytes).equals(manifest)) {
      throw new DamagedException("the manifest " + manifest + " is damaged");
    }
    KeyChain chain =
        keys.existing(keyOwner)
            .orElseThrow(() -> new DamagedException("there is no key of " + keyOwner));
    Manifest opened = SealedManifest.parse(bytes).open(chain);
    location.madeIn(opened.outline().binding().root());
    return new ChunkedFile(opened, location, path);
  }

  /** The collector of this store's garbage. */
  public GarbageCollector garbageCollector() {
    return collector;
  }

  /** Counts of the read path. */
  public ReadStatistics statistics() {
    return new ReadStatistics(
        path.statistics(), memory.bytes(), memory.evictions(), disk.bytes(), disk.evictions());
  }
}
