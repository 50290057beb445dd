package thaw.chunks;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a chunk reaches a reader: from memory, else from the first tier that has it whole. Whatever
 * tier it comes from, its hash is checked before it is decrypted.
 *
 * <p>A chunk is fetched once however many want it at the same time. A fetch that fails fails for
 * all of them; the next one tries again.
 */
final class ReadPath {
  private static final Logger LOG = LoggerFactory.getLogger(ReadPath.class);

  /** A tier that gave wrong bytes is asked once more: a transfer may have been at fault. */
  private static final int ATTEMPTS = 2;

  /** Of those that verify and decrypt, one less than there are: who waits for a chunk has it. */
  private static final int PROCESSORS = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

  private static final byte[] NONE = {};

  private final MemoryCache memory;
  private final TierCounters memoryCounters = new TierCounters();
  private final List<Tier> tiers;
  private final List<TierCounters> counters;
  private final Semaphore fetches;
  private final Semaphore processors = new Semaphore(PROCESSORS, true);
  private final Duration timeout;
  private final Executor executor;
  private final Executor keeper;
  private final ConcurrentHashMap<Hash, Flight> flights = new ConcurrentHashMap<>();

  /**
   * A read path.
   *
   * @param executor runs what is done ahead
   * @param keeper gives chunks to the tiers before the one that had them; nobody waits for that
   */
  ReadPath(
      MemoryCache memory,
      List<Tier> tiers,
      int fetchesAtOnce,
      Duration timeout,
      Executor executor,
      Executor keeper) {
    this.executor = executor;
    this.keeper = keeper;
    this.memory = memory;
    this.tiers = List.copyOf(tiers);
    this.counters = tiers.stream().map(tier -> new TierCounters()).toList();
    this.fetches = new Semaphore(fetchesAtOnce, true);
    this.timeout = timeout;
  }

  /**
   * A chunk, held for the caller, who closes it.
   *
   * @param key what decrypts it
   * @throws DamagedException if no tier has it whole
   */
  PlainChunk get(Hash name, byte[] key, Location location) throws IOException {
    Optional<PlainChunk> cached = memory.get(name);
    if (cached.isPresent()) {
      memoryCounters.hits.increment();
      memoryCounters.bytes.add(cached.get().bytes().byteSize());
      return cached.get();
    }
    memoryCounters.misses.increment();
    Flight own = new Flight();
    Flight flight = flights.compute(name, (chunk, flying) -> flying == null ? own : flying.join());
    try {
      if (flight == own) {
        fly(own, name, key, location);
      }
      return flight.await(timeout);
    } finally {
      flight.leave();
    }
  }

  private void fly(Flight flight, Hash name, byte[] key, Location location) throws IOException {
    try {
      Optional<PlainChunk> landedJustNow = memory.get(name);
      flight.land(landedJustNow.isPresent() ? landedJustNow.get() : load(name, key, location));
    } catch (IOException | RuntimeException | Error e) {
      flight.fail(e);
      throw e;
    } finally {
      flights.remove(name, flight); // nobody joins from here on
    }
  }

  private PlainChunk load(Hash name, byte[] key, Location location) throws IOException {
    acquire();
    try {
      return memory.put(name, fetch(name, key, location));
    } finally {
      fetches.release();
    }
  }

  /** A chunk's plaintext. */
  private byte[] fetch(Hash name, byte[] key, Location location) throws IOException {
    List<IOException> failures = new ArrayList<>();
    for (int at = 0; at < tiers.size(); at++) {
      Optional<byte[]> found = fetchFrom(at, name, key, location, failures);
      if (found.isPresent()) {
        return found.get();
      }
    }
    for (IOException failure : failures) {
      if (!(failure instanceof DamagedException)) {
        throw failure; // it may be there whole, once that tier answers
      }
    }
    DamagedException nowhere = new DamagedException("chunk " + name + " is nowhere whole");
    failures.forEach(nowhere::addSuppressed);
    throw nowhere;
  }

  private Optional<byte[]> fetchFrom(
      int at, Hash name, byte[] key, Location location, List<IOException> failures) {
    Tier tier = tiers.get(at);
    TierCounters counter = counters.get(at);
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Optional<byte[]> found = tier.fetch(name, location);
        if (found.isEmpty()) {
          counter.misses.increment();
          return found;
        }
        if (decryptIfWhole(at, name, key, found.get())) {
          counter.hits.increment();
          counter.bytes.add(found.get().length);
          return found;
        }
        counter.damaged.increment();
        LOG.warn("The chunk {} is damaged in tier {}", name, tier.name());
        failures.add(new DamagedException("chunk " + name + " is damaged in tier " + tier.name()));
        tier.discard(name);
      }
    } catch (IOException e) {
      counter.failures.increment();
      failures.add(e);
    }
    return Optional.empty();
  }

  /** Verifies a chunk and decrypts it in place, after those before it. */
  private boolean decryptIfWhole(int foundAt, Hash name, byte[] key, byte[] chunk) {
    byte[] ciphertext;
    processors.acquireUninterruptibly();
    try {
      if (!isWhole(name, chunk)) {
        return false;
      }
      ciphertext = foundAt > 0 ? chunk.clone() : NONE;
      ChunkCipher.crypt(key, chunk);
    } finally {
      processors.release();
    }
    if (foundAt > 0) { // without a processor: it may write to the disk at once
      keeper.execute(() -> offer(foundAt, name, ciphertext));
    }
    return true;
  }

  private static boolean isWhole(Hash name, byte[] ciphertext) {
    return ChunkCipher.isChunkLength(ciphertext.length) && Hash.of(ciphertext).equals(name);
  }

  /** Gives a chunk to the tiers before the one that had it. One that cannot take it is no harm. */
  private void offer(int foundAt, Hash name, byte[] ciphertext) {
    for (int at = 0; at < foundAt; at++) {
      try {
        tiers.get(at).keep(name, ciphertext);
      } catch (IOException e) {
        counters.get(at).failures.increment();
        LOG.debug("Tier {} cannot take chunk {}", tiers.get(at).name(), name, e);
      }
    }
  }

  private void acquire() throws IOException {
    try {
      if (!fetches.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("too many chunks are being fetched; waited " + timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  /** Runs something beside. */
  void execute(Runnable work) {
    executor.execute(work);
  }

  /** From memory to the origin. */
  List<ReadStatistics.OfTier> statistics() {
    List<ReadStatistics.OfTier> all = new ArrayList<>();
    all.add(memoryCounters.read("memory"));
    for (int at = 0; at < tiers.size(); at++) {
      all.add(counters.get(at).read(tiers.get(at).name()));
    }
    return all;
  }
}
