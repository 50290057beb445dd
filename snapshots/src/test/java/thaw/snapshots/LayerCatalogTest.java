package thaw.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.sparsefs.PageSource;

final class LayerCatalogTest {
  private static final int PAGES = 300;
  private static final long BYTES = (long) PAGES * PageSource.PAGE_BYTES;

  @TempDir private Path directory;
  private KeyRing keys;
  private LayerCatalog catalog;

  @BeforeEach
  void open() throws IOException {
    keys = new KeyRing(directory.resolve("keys"));
    catalog = new LayerCatalog(SnapshotStore.open(directory.resolve("snapshots")));
  }

  @AfterEach
  void close() {
    catalog.close();
  }

  /** A layer whose pages are all filled with one byte. */
  private String add(int fill, Kind kind, Optional<LayerHandle> parent) throws IOException {
    MemorySegment memory = Arena.ofAuto().allocate(BYTES, PageSource.PAGE_BYTES);
    memory.fill((byte) fill);
    BitSet all = new BitSet();
    all.set(0, PAGES);
    PageSource pages =
        page -> Optional.of(memory.asSlice(page * PageSource.PAGE_BYTES, PageSource.PAGE_BYTES));
    SnapshotHeader header =
        new SnapshotHeader(
            kind, parent.map(LayerHandle::id), Map.of("kernel", "6.1"), 1, BYTES, BYTES);
    catalog.add(
        new LayerDraft(
            header,
            parent.map(LayerHandle::layer),
            all,
            pages,
            new BitSet(),
            PageSource.zeros(),
            new byte[] {1}),
        keys.service());
    return header.id();
  }

  private Optional<LayerHandle> find(String id, Optional<LayerHandle> parent) throws IOException {
    return catalog.find(id, () -> Optional.of(keys.service()), parent);
  }

  private static int firstByte(LayerHandle layer) throws IOException {
    return layer
        .layer()
        .memory()
        .page(7)
        .orElseThrow()
        .get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0);
  }

  @Test
  void aLayerIsOpenedOnceHoweverManyHoldIt() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    LayerHandle first = find(id, Optional.empty()).orElseThrow();
    LayerHandle second = find(id, Optional.empty()).orElseThrow();
    assertThat(second).isSameAs(first);
    first.release();
    assertThat(firstByte(second)).isEqualTo(1);
    second.release();
  }

  @Test
  void whoHoldsALayerGoesOnWhenItIsDroppedAndOthersDoNotFindIt() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    LayerHandle held = find(id, Optional.empty()).orElseThrow();
    catalog.drop(id);
    assertThat(find(id, Optional.empty())).isEmpty();
    assertThat(firstByte(held)).isEqualTo(1);
    held.release();
    assertThat(held.hold()).isFalse();
    assertThatThrownBy(() -> firstByte(held)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aLayerMadeAnewHasTheSameIdAndOtherContentAndServesWhoComesLater() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    LayerHandle old = find(id, Optional.empty()).orElseThrow();
    assertThat(add(2, Kind.BASE, Optional.empty())).isEqualTo(id);
    LayerHandle anew = find(id, Optional.empty()).orElseThrow();
    assertThat(anew.layer().contentHash()).isNotEqualTo(old.layer().contentHash());
    assertThat(firstByte(old)).isEqualTo(1);
    assertThat(firstByte(anew)).isEqualTo(2);
    old.release();
    anew.release();
  }

  @Test
  void aParentStaysOpenAsLongAsALayerAboveIt() throws IOException {
    String baseId = add(1, Kind.BASE, Optional.empty());
    LayerHandle base = find(baseId, Optional.empty()).orElseThrow();
    String id = add(1, Kind.RUNTIME, Optional.of(base)); // differs in nothing: all is the parent's
    LayerHandle runtime = find(id, Optional.of(base)).orElseThrow();
    base.release();
    catalog.drop(baseId);
    catalog.drop(id);
    assertThat(firstByte(runtime)).isEqualTo(1);
    runtime.release();
    assertThat(base.hold()).isFalse();
  }

  @Test
  void aDamagedLayerIsNotFoundAndGone() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    Path manifest = directory.resolve("snapshots").resolve(id).resolve(SnapshotStore.MANIFEST);
    try (RandomAccessFile file = new RandomAccessFile(manifest.toFile(), "rw")) {
      file.seek(file.length() / 2);
      int was = file.read();
      file.seek(file.length() / 2);
      file.write(was ^ 1);
    }
    assertThat(find(id, Optional.empty())).isEmpty();
    assertThat(catalog.store().ids()).isEmpty();
  }

  @Test
  void aLayerWhoseKeyWasDestroyedIsGone() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    assertThat(catalog.find(id, Optional::empty, Optional.empty())).isEmpty();
    assertThat(catalog.store().ids()).isEmpty();
  }

  @Test
  void anAccessLogIsUsedFromNowOnAndKept() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    PageAccessLog log = new PageAccessLog(List.of(3, 1, 2));
    LayerHandle layer = find(id, Optional.empty()).orElseThrow();
    assertThat(layer.accessLog()).isEmpty();
    catalog.keepAccessLog(layer, log);
    assertThat(layer.accessLog()).contains(log);
    layer.release();
    assertThat(catalog.store().accessLog(id)).contains(log);
  }

  @Test
  void aHeaderIsReadWithoutAKey() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    assertThat(catalog.store().header(id))
        .hasValueSatisfying(header -> assertThat(header.id()).isEqualTo(id));
    assertThat(catalog.store().header("0".repeat(64))).isEmpty();
  }
}
