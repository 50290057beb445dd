package thaw.chunks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import thaw.settings.DataSize;

/**
 * Verified plaintext in memory. Caffeine decides per chunk, by how often it is asked for
 * (W-TinyLFU), which ones stay; a scan of a large image does not push out what everybody uses.
 */
final class MemoryCache {
  /** One slot in eight is for chunks that readers hold though they are cached no more. */
  private static final int SPARE_SHARE = 8;

  private final Slots slots;
  private final Cache<Hash, PlainChunk> cache;
  private final LongAdder evictions = new LongAdder();

  MemoryCache(DataSize size) {
    int most = Math.toIntExact(Math.max(2, size.bytes() / ChunkCipher.CHUNK_BYTES));
    slots = new Slots(most);
    cache =
        Caffeine.newBuilder()
            .maximumWeight(
                (long) (most - Math.ceilDiv(most, SPARE_SHARE)) * ChunkCipher.CHUNK_BYTES)
            .weigher((Hash name, PlainChunk chunk) -> ChunkCipher.CHUNK_BYTES)
            .executor(Runnable::run)
            .removalListener(this::removed)
            .build();
  }

  private void removed(@Nullable Hash name, @Nullable PlainChunk chunk, RemovalCause cause) {
    if (cause.wasEvicted()) {
      evictions.increment();
    }
    if (chunk != null) {
      chunk.close();
    }
  }

  /** A chunk if it is there, held for the caller. */
  Optional<PlainChunk> get(Hash name) {
    PlainChunk chunk = cache.getIfPresent(name);
    return chunk != null && chunk.hold() ? Optional.of(chunk) : Optional.empty();
  }

  /** Puts a chunk in, held for the caller whether it stays or not. */
  PlainChunk put(Hash name, byte[] plain) {
    MemorySegment slot = takeSlot();
    if (slot == null) { // readers hold more than there is to spare: for this caller only
      return new PlainChunk(MemorySegment.ofArray(plain).asReadOnly(), () -> {});
    }
    MemorySegment filled = slot.asSlice(0, plain.length).copyFrom(MemorySegment.ofArray(plain));
    PlainChunk chunk = new PlainChunk(filled.asReadOnly(), () -> slots.giveBack(slot));
    chunk.hold();
    cache.put(name, chunk);
    return chunk;
  }

  private @Nullable MemorySegment takeSlot() {
    Optional<MemorySegment> slot = slots.take();
    if (slot.isEmpty()) {
      cache.cleanUp();
      slot = slots.take();
    }
    return slot.orElse(null);
  }

  /** Memory that chunks take now, bytes: each a whole slot. */
  long bytes() {
    return cache.estimatedSize() * ChunkCipher.CHUNK_BYTES;
  }

  long evictions() {
    return evictions.sum();
  }
}
