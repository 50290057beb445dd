package thaw.chunks;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An origin in a directory: a file per object, written, synced, renamed. Carrying over is a hard
 * link, so an object takes its space once however many roots it is in.
 */
public final class DirectoryOrigin implements Origin {
  private final Path directory;

  /** Opens an origin; what a crash left half-written is deleted when its root is. */
  public DirectoryOrigin(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  @Override
  public void put(ObjectName name, byte[] bytes) throws IOException {
    Path file = file(name);
    if (isWhole(file, bytes.length)) {
      return;
    }
    makeDirectory(DurableFiles.parent(file));
    DurableFiles.write(file, bytes);
  }

  @Override
  public Optional<byte[]> get(ObjectName name) throws IOException {
    try {
      Path file = file(name);
      if (Files.size(file) > name.kind().maxBytes()) {
        throw new DamagedException("the file " + file + " is too large");
      }
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean contains(ObjectName name) {
    return Files.exists(file(name));
  }

  @Override
  public boolean carryOver(ObjectName name, long toRoot) throws IOException {
    Path target = file(name.in(toRoot));
    if (Files.exists(target)) {
      return true;
    }
    makeDirectory(DurableFiles.parent(target));
    try {
      Files.createLink(target, file(name));
    } catch (NoSuchFileException e) {
      return false;
    } catch (FileAlreadyExistsException e) {
      return true; // another was quicker
    }
    DurableFiles.syncDirectory(DurableFiles.parent(target));
    return true;
  }

  @Override
  public void list(long root, ObjectName.Kind kind, Consumer<Hash> visitor) throws IOException {
    Path top = directory.resolve(ObjectName.prefix(root, kind));
    if (!Files.isDirectory(top)) {
      return;
    }
    try (DirectoryStream<Path> shards = Files.newDirectoryStream(top)) {
      for (Path shard : shards) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(shard, "[0-9a-f]*")) {
          files.forEach(file -> visitor.accept(Hash.parse(file.getFileName().toString())));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (IllegalArgumentException e) {
      throw new IOException("a foreign file is in the origin below " + top, e);
    }
  }

  @Override
  public void delete(ObjectName name) throws IOException {
    Path file = file(name);
    if (Files.deleteIfExists(file)) {
      DurableFiles.syncDirectory(DurableFiles.parent(file));
    }
  }

  @Override
  public void deleteRoot(long root) throws IOException {
    Path top = directory.resolve(ObjectName.rootPrefix(root));
    if (!Files.isDirectory(top)) {
      return;
    }
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
    DurableFiles.syncDirectory(DurableFiles.parent(top));
  }

  @Override
  public byte[] claim(byte[] mark) throws IOException {
    Path file = directory.resolve(OwnedOrigin.MARK);
    DurableFiles.writeNew(file, mark);
    return Files.readAllBytes(file);
  }

  @Override
  public String place() {
    return directory.toString();
  }

  /** A file of another length was cut off by something that ignores fsync: it is written again. */
  private static boolean isWhole(Path file, long bytes) throws IOException {
    return Files.exists(file) && Files.size(file) == bytes;
  }

  private Path file(ObjectName name) {
    return directory.resolve(name.path());
  }

  /** Makes a directory and syncs every directory in which a name was made on the way. */
  private void makeDirectory(Path wanted) throws IOException {
    if (Files.isDirectory(wanted)) {
      return;
    }
    Path above = DurableFiles.parent(wanted);
    if (!above.equals(directory.toAbsolutePath())) {
      makeDirectory(above);
    }
    Files.createDirectories(wanted);
    DurableFiles.syncDirectory(above);
  }

  @Override
  public void close() {}
}
