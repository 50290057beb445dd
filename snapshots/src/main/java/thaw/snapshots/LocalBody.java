package thaw.snapshots;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/** A layer in files of this host. */
final class LocalBody implements LayerBody {
  private final Manifest manifest;
  private final FileChannel file;
  private final Arena arena = Arena.ofShared();
  private final Chunks chunks;

  LocalBody(Manifest manifest, FileChannel file) {
    this.manifest = manifest;
    this.file = file;
    chunks = new Chunks(file, manifest.keys(), manifest.hashes(), arena);
  }

  @Override
  public PageTable memory() {
    return manifest.memory();
  }

  @Override
  public PageTable disk() {
    return manifest.disk();
  }

  @Override
  public boolean mayBeBelow(long page) {
    return true;
  }

  @Override
  public int stateSlot() {
    return manifest.stateSlot();
  }

  @Override
  public int stateBytes() {
    return manifest.stateBytes();
  }

  @Override
  public int diskPages() {
    return manifest.disk().count();
  }

  @Override
  public int ownPages() {
    return manifest.memory().count() + manifest.disk().count();
  }

  @Override
  public MemorySegment page(int slot) throws IOException {
    return chunks.page(slot);
  }

  @Override
  public long residentBytes() {
    return chunks.residentBytes();
  }

  @Override
  public void close() throws IOException {
    arena.close();
    file.close();
  }
}
