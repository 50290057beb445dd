package thaw.chunks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import thaw.settings.DataSize;

/**
 * Ciphertext on disk, a file per chunk, bounded by bytes and still there after a restart. Files are
 * renamed into place but not synced: each is verified whenever it is read, so one that a crash tore
 * is a miss.
 */
final class DiskCache implements Tier {
  private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);

  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");

  private final Path directory;
  private final Cache<Hash, Integer> cache;
  private final LongAdder evictions = new LongAdder();

  /** Opens the cache with what an earlier process left in it, the latest used last. */
  DiskCache(Path directory, DataSize size) throws IOException {
    this.directory = Files.createDirectories(directory);
    cache =
        Caffeine.newBuilder()
            .maximumWeight(size.bytes())
            .weigher((Hash chunk, Integer bytes) -> bytes)
            .executor(Runnable::run)
            .removalListener(this::removed)
            .build();
    for (Found file : leftFiles()) {
      cache.put(file.chunk(), file.bytes());
    }
  }

  private record Found(Hash chunk, int bytes, long modifiedMillis) {}

  private List<Found> leftFiles() throws IOException {
    try (Stream<Path> files =
        Files.find(directory, 2, (path, attributes) -> attributes.isRegularFile())) {
      List<Found> found = new ArrayList<>();
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(DurableFiles.TEMPORARY_PREFIX)) {
          Files.deleteIfExists(file);
        } else if (NAME.matcher(name).matches()) { // what others put here is left alone
          long bytes = Files.size(file);
          if (!ChunkCipher.isChunkLength(bytes)) { // torn
            Files.deleteIfExists(file);
            continue;
          }
          found.add(
              new Found(
                  Hash.parse(name),
                  Math.toIntExact(bytes),
                  Files.getLastModifiedTime(file).toMillis()));
        }
      }
      found.sort(Comparator.comparingLong(Found::modifiedMillis));
      return found;
    }
  }

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public Optional<byte[]> fetch(Hash chunk, Location location) throws IOException {
    if (cache.getIfPresent(chunk) == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readAllBytes(file(chunk)));
    } catch (NoSuchFileException e) {
      cache.invalidate(chunk);
      return Optional.empty();
    }
  }

  @Override
  public void keep(Hash chunk, byte[] ciphertext) throws IOException {
    Path file = file(chunk);
    Path shard = Files.createDirectories(DurableFiles.parent(file));
    Path temporary = shard.resolve(DurableFiles.TEMPORARY_PREFIX + UUID.randomUUID());
    try {
      Files.write(temporary, ciphertext);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    cache.put(chunk, ciphertext.length);
  }

  @Override
  public void discard(Hash chunk) {
    cache.invalidate(chunk);
  }

  /** If the chunk was kept again in between, its entry is found to have no file, and is a miss. */
  private void removed(@Nullable Hash chunk, @Nullable Integer bytes, RemovalCause cause) {
    if (chunk == null || cause == RemovalCause.REPLACED) {
      return;
    }
    if (cause.wasEvicted()) {
      evictions.increment();
    }
    try {
      Files.deleteIfExists(file(chunk));
    } catch (IOException e) {
      LOG.warn("The chunk {} stays in the disk cache, which grows by it: {}", chunk, e.toString());
    }
  }

  /** Chunks on disk now, bytes. */
  long bytes() {
    return cache.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }

  long evictions() {
    return evictions.sum();
  }

  private Path file(Hash chunk) {
    String hex = chunk.toString();
    return directory.resolve(hex.substring(0, 2)).resolve(hex);
  }
}
