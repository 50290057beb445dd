package thaw.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.sparsefs.SmallDisk;

final class LayerCatalogTest {
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
    LayerDraft draft = FilledLayers.draft(fill, kind, parent.map(LayerHandle::layer));
    catalog.add(draft, keys.service());
    return draft.header().id();
  }

  private Path manifest(String id) {
    return directory.resolve("snapshots").resolve(id).resolve(SnapshotStore.MANIFEST);
  }

  private Optional<LayerHandle> find(String id, Optional<LayerHandle> parent) throws IOException {
    return catalog.find(id, () -> Optional.of(keys.service()), parent);
  }

  private static int fill(LayerHandle layer) throws IOException {
    return FilledLayers.fill(layer.layer());
  }

  @Test
  void aLayerIsOpenedOnceHoweverManyHoldIt() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    LayerHandle first = find(id, Optional.empty()).orElseThrow();
    LayerHandle second = find(id, Optional.empty()).orElseThrow();
    assertThat(second).isSameAs(first);
    first.release();
    assertThat(fill(second)).isEqualTo(1);
    second.release();
  }

  @Test
  void whoHoldsALayerGoesOnWhenItIsDroppedAndOthersDoNotFindIt() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    LayerHandle held = find(id, Optional.empty()).orElseThrow();
    catalog.drop(id);
    assertThat(find(id, Optional.empty())).isEmpty();
    assertThat(fill(held)).isEqualTo(1);
    held.release();
    assertThat(held.hold()).isFalse();
    assertThatThrownBy(() -> fill(held)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aLayerMadeAnewHasTheSameIdAndOtherContentAndServesWhoComesLater() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    LayerHandle old = find(id, Optional.empty()).orElseThrow();
    assertThat(add(2, Kind.BASE, Optional.empty())).isEqualTo(id);
    LayerHandle anew = find(id, Optional.empty()).orElseThrow();
    assertThat(anew.layer().contentHash()).isNotEqualTo(old.layer().contentHash());
    assertThat(fill(old)).isEqualTo(1);
    assertThat(fill(anew)).isEqualTo(2);
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
    assertThat(fill(runtime)).isEqualTo(1);
    runtime.release();
    assertThat(base.hold()).isFalse();
  }

  @Test
  void aDamagedLayerIsNotFoundAndGone() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    try (RandomAccessFile file = new RandomAccessFile(manifest(id).toFile(), "rw")) {
      file.seek(file.length() / 2);
      int was = file.read();
      file.seek(file.length() / 2);
      file.write(was ^ 1);
    }
    assertThat(find(id, Optional.empty())).isEmpty();
    assertThat(catalog.store().ids()).isEmpty();
  }

  @Test
  void aLayerWithoutItsChunksIsNotFoundAndGone() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    Files.delete(directory.resolve("snapshots").resolve(id).resolve(SnapshotStore.CHUNKS));
    assertThat(find(id, Optional.empty())).isEmpty();
    assertThat(catalog.store().ids()).isEmpty();
  }

  @Test
  void aLayerOfAnOlderFormatIsRefusedByNameAndGone() throws IOException {
    String id = add(1, Kind.BASE, Optional.empty());
    try (RandomAccessFile file = new RandomAccessFile(manifest(id).toFile(), "rw")) {
      file.seek(8);
      file.writeInt(0);
    }
    assertThatThrownBy(() -> catalog.store().open(id, keys.service(), Optional.empty()))
        .isInstanceOf(DamagedSnapshotException.class)
        .hasMessageContaining("format version 0")
        .hasMessageContaining("reads 1");
    assertThat(catalog.store().header(id)).isEmpty();
    assertThat(find(id, Optional.empty())).isEmpty();
    assertThat(catalog.store().ids()).isEmpty();
  }

  @Test
  void onAFullDiskTheOldLayerStaysAndNoDraftDoes() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("small"), 4)) {
      Path snapshots = disk.path().resolve("snapshots");
      try (LayerCatalog small = new LayerCatalog(SnapshotStore.open(snapshots))) {
        LayerDraft old = FilledLayers.draft(1, Kind.BASE, Optional.empty());
        small.add(old, keys.service());
        Path filler = disk.fill();
        LayerDraft anew = FilledLayers.draft(2, Kind.BASE, Optional.empty());
        assertThatThrownBy(() -> small.add(anew, keys.service()))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space left");
        assertThat(snapshots.toFile().list()).containsExactly(old.header().id());
        assertThat(fillIn(small, old)).isEqualTo(1);

        Files.delete(filler);
        small.add(anew, keys.service());
        assertThat(snapshots.toFile().list()).containsExactly(old.header().id());
        assertThat(fillIn(small, old)).isEqualTo(2);
      }
    }
  }

  private int fillIn(LayerCatalog other, LayerDraft draft) throws IOException {
    LayerHandle found =
        other
            .find(draft.header().id(), () -> Optional.of(keys.service()), Optional.empty())
            .orElseThrow();
    int fill = fill(found);
    found.release();
    return fill;
  }

  @Test
  void ofTwoThatMakeALayerAtOnceOneIsFoundWhole() throws Exception {
    String id = FilledLayers.id(Kind.BASE, Optional.empty());
    try (ExecutorService makers = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 20; round++) {
        Future<String> first = makers.submit(() -> add(1, Kind.BASE, Optional.empty()));
        Future<String> second = makers.submit(() -> add(2, Kind.BASE, Optional.empty()));
        while (!first.isDone() || !second.isDone()) {
          Optional<LayerHandle> found = find(id, Optional.empty());
          if (found.isPresent()) {
            assertThat(fill(found.get())).isIn(1, 2);
            found.get().release();
          }
        }
        assertThat(first.get()).isEqualTo(second.get()).isEqualTo(id);
        assertThat(catalog.store().ids()).containsExactly(id);
        assertThat(directory.resolve("snapshots").toFile().list()).containsExactly(id);
      }
    }
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
