package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryOriginTest extends OriginContract {
  @TempDir private Path directory;
  private Origin origin;

  @BeforeEach
  void open() throws IOException {
    origin = new DirectoryOrigin(directory);
  }

  @Override
  Origin origin() {
    return origin;
  }

  @Test
  void aFileThatWasCutOffIsWrittenAgain() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = ObjectName.chunk(1, Hash.of(chunk));
    origin.put(name, chunk);
    Files.write(directory.resolve(name.path()), new byte[10]);
    origin.put(name, chunk);
    assertThat(origin.get(name).orElseThrow()).isEqualTo(chunk);
  }

  @Test
  void whatACrashLeftHalfWrittenIsNoObjectAndGoesWithItsRoot() throws IOException {
    byte[] chunk = chunk(1);
    ObjectName name = ObjectName.chunk(1, Hash.of(chunk));
    origin.put(name, chunk);
    Path file = directory.resolve(name.path());
    Files.write(file.resolveSibling(DurableFiles.TEMPORARY_PREFIX + "x"), new byte[10]);
    origin.list(1, ObjectName.Kind.CHUNK, hash -> assertThat(hash).isEqualTo(name.hash()));
    origin.deleteRoot(1);
    try (Stream<Path> left = Files.walk(directory)) {
      assertThat(left.filter(Files::isRegularFile).toList()).isEqualTo(List.of());
    }
  }
}
